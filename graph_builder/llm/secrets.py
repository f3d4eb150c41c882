"""Keys and passwords of the environment, taken out of whatever is shown or kept."""

import os
import re

_NAME = re.compile(r"key|token|secret|passw|credential|auth|_pat$", re.IGNORECASE)
_SHORTEST = 8
_SHOWN = 300


def redacted(text: str) -> str:
    """The text with the value of every variable that sounds like a secret replaced."""
    for secret in _secrets():
        text = text.replace(secret, "***")
    return text


def shown(message: object) -> str:
    """One short line without secrets."""
    line = redacted(" ".join(str(message).split()))
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _secrets() -> list[str]:
    values = {value for name, value in os.environ.items() if _NAME.search(name) and len(value) >= _SHORTEST}
    return sorted(values, key=len, reverse=True)
