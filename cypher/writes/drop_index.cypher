// An index that an earlier graph of another dimension left behind.
DROP INDEX $name IF EXISTS
