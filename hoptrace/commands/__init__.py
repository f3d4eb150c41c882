"""The command line's verbs, one file each; the folder is the registry."""
