"""How many bytes a foreign query may send to us: a row, even a single value, can be larger than the memory of whoever asks.

The driver reads a row to its end before anybody sees it, and has no limit of its own. So the bytes are counted where it takes
them from its socket. Unpacked they take more: a list of numbers some 10 times as much, one of empty lists 150 times, as measured.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from graph_builder.errors import QueryRefused, StoreError

if TYPE_CHECKING:
    from neo4j import Transaction


class _Counted:
    """A socket that gives no more than so many bytes; all else it is as before."""

    def __init__(self, socket: Any, limit: int) -> None:  # noqa: ANN401  # the driver's own, without a public type
        self._socket = socket
        self._left = limit

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the socket has
        return getattr(self._socket, name)

    @property
    def exhausted(self) -> bool:
        """Whether more came than the limit."""
        return self._left < 0

    def recv_into(self, buffer: Any, nbytes: int = 0) -> int:  # noqa: ANN401  # as the socket's
        """As the socket does.

        Raises
        ------
        OSError
            More came than the limit: to the driver the connection is broken, and it is, since the rest is never read.
        """
        received: int = self._socket.recv_into(buffer, nbytes)
        self._left -= received
        if self.exhausted:
            raise OSError("more bytes than the query may send")
        return received


@contextmanager
def bounded(transaction: "Transaction", limit: int) -> Iterator[None]:
    """Let the server send no more than so many bytes into the transaction.

    Raises
    ------
    QueryRefused
        It sent more; the connection is closed, and the server ends the query.
    StoreError
        The driver has changed and is not to be bounded.
    """
    try:
        inbox = transaction._connection.inbox  # there is no public way
        counted = _Counted(inbox._socket, limit)
    except AttributeError as error:
        raise StoreError(
            "this version of the package neo4j gives no way to bound what a query sends, so that none is run: install the "
            "version in Hoptrace's constraints.txt"
        ) from error
    inbox._socket = counted
    try:
        yield
    except Exception as error:  # the driver may say anything of a broken connection
        if not counted.exhausted:
            raise
        raise QueryRefused(
            f"the query's rows take more than {limit / 1e6:g} MB: ask for fewer, or for some properties in place of whole nodes"
        ) from error
    finally:
        inbox._socket = counted._socket
