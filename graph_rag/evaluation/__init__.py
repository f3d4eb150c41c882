"""Methods against gold: which documents they rank, what they answer, which chains they show, and at what price.

    questions ─ reading.py ─▶ asked of every method ─ running.py ─▶ outcomes ─ scoring.py ─▶ values by question
                                                                                   │
              JSON, Markdown, HTML ◀─ report.py, in_markdown.py, in_html.py ◀─ bootstrap.py, risk.py

A ranking is one of **documents**: a document stands where its first passage stands.
"""
