"""Questions become answers with evidence: link, retrieve, answer, verify."""
