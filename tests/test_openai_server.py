"""The scripted server keeps the protocol that our tests and benchmarks take for OpenAI's."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.openai_server import Asked, Latency, Limits, OpenAIServer, Reply, troubled, words
from tests.recorded import Record, Recorded

SAID = {"colour": "red"}
LONG = "The sky is blue today. " * 300  # 1,800 words and signs
RECORD = Record(
    "Journal of Rocks",
    "The Journal of Rocks is published by Stone Press. It was founded in 1960.",
    ("Journal of Rocks", "Stone Press", "1960", "geology"),
    (("Journal of Rocks", "published by", "Stone Press"), ("Journal of Rocks", "is old"), ("It", "founded", "in", "1960")),
)


def post(server: OpenAIServer, said: str = "Which?", *, key: str = "", **more: object) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    body: dict[str, object] = {"model": "m", "messages": [{"role": "user", "content": said}], **more}
    return httpx.post(f"{server.url}/chat/completions", json=body, headers=headers, timeout=10)


def content(response: httpx.Response) -> str:
    return str(response.json()["choices"][0]["message"]["content"])


def at_once(count: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def test_a_list_is_answered_from_in_order_and_its_last_for_ever() -> None:
    with OpenAIServer([{"n": 1}, Reply(status=500), {"n": 3}]) as server:
        found = [post(server) for _ in range(4)]
    assert [r.status_code for r in found] == [200, 500, 200, 200]
    assert [json.loads(content(r))["n"] for r in found if r.status_code == 200] == [1, 3, 3]
    assert found[1].json()["error"]["message"] == "scripted failure"


def test_a_tool_gets_its_arguments_and_a_json_schema_its_content() -> None:
    tool = {"type": "function", "function": {"name": "record", "parameters": {}}}
    schema = {"type": "json_schema", "json_schema": {"name": "record", "schema": {}}}
    with OpenAIServer([SAID]) as server:
        called = post(server, tools=[tool]).json()["choices"][0]
        said = post(server, response_format=schema).json()["choices"][0]
    assert called["message"]["tool_calls"][0]["function"] == {"name": "record", "arguments": json.dumps(SAID)}
    assert (called["finish_reason"], said["finish_reason"]) == ("tool_calls", "stop")
    assert json.loads(said["message"]["content"]) == SAID


def test_refusals_and_filters_and_cuts_say_so() -> None:
    script = [Reply(refusal="I would rather not."), Reply(text="", finish="content_filter"), Reply(text="abcdef", cut=2)]
    with OpenAIServer(script) as server:
        refused, filtered, cut = (post(server).json()["choices"][0] for _ in range(3))
    assert refused["message"] == {"role": "assistant", "content": None, "refusal": "I would rather not."}
    assert filtered["finish_reason"] == "content_filter"
    assert (cut["message"]["content"], cut["finish_reason"]) == ("ab", "length")


@pytest.mark.parametrize("tools", [[], [{"type": "function", "function": {"name": "record"}}]])
def test_a_stream_holds_the_same_answer_and_ends_with_what_it_took(tools: list[dict[str, Any]]) -> None:
    said = {"text": "ü" * 100}
    with OpenAIServer([said], tokens=words) as server:
        streamed = post(server, stream=True, stream_options={"include_usage": True}, tools=tools)
        plain = post(server, tools=tools)
    *events, last = [line.removeprefix("data: ") for line in streamed.text.splitlines() if line]
    chunks = [json.loads(event) for event in events]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    calls = [call["function"]["arguments"] for delta in deltas for call in delta.get("tool_calls", [])]
    assert json.loads("".join(calls if tools else [d.get("content") or "" for d in deltas])) == said
    assert len(deltas) > 4
    assert (chunks[-1]["usage"], last) == (plain.json()["usage"], "[DONE]")


def test_tokens_are_counted_in_the_text_and_its_schema() -> None:
    with OpenAIServer([Reply(text="Red, surely.")], tokens=words) as server:
        short = post(server, "Which colour?").json()["usage"]
        longer = post(server, "Which colour?", response_format={"type": "json_object"}).json()["usage"]
    # Three words and signs, three around the message and three before the answer; four said.
    assert (short["prompt_tokens"], short["completion_tokens"], short["total_tokens"]) == (9, 4, 13)
    assert longer["prompt_tokens"] == 9 + len(words('{"type": "json_object"}'))


def test_only_a_long_common_beginning_is_cached() -> None:
    with OpenAIServer([SAID], tokens=words) as server:
        said = [LONG + "One?", LONG + "Two?", "Another. " + LONG, "Short?", "Short?"]
        cached = [post(server, text).json()["usage"]["prompt_tokens_details"]["cached_tokens"] for text in said]
    assert cached == [0, 14 * 128, 0, 0, 0]  # 1,800 tokens are 14 whole steps


def test_without_a_tokeniser_a_call_is_a_hundred_and_ten() -> None:
    with OpenAIServer([SAID]) as server:
        usage = post(server).json()["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (100, 10)


def test_a_key_is_billed_once() -> None:
    with OpenAIServer([{"n": 1}, {"n": 2}]) as server:
        first, again, other = (content(post(server, key=key)) for key in ("a", "a", "b"))
        counted = server.counters
    assert first == again != other
    assert (counted.asked, counted.billed, counted.recalled, counted.answered) == (3, 2, 1, 3)


def test_a_key_asked_while_its_answer_is_on_its_way_waits_for_it() -> None:
    with OpenAIServer([Reply({"n": 1}, seconds=0.3), {"n": 2}]) as server:
        found = at_once(4, lambda _: post(server, key="a"))
        assert server.counters.billed == 1
    assert {content(r) for r in found} == {'{"n": 1}'}


def test_a_failure_is_not_remembered_and_not_billed() -> None:
    with OpenAIServer([Reply(status=500), SAID]) as server:
        assert [post(server, key="a").status_code for _ in range(2)] == [500, 200]
        assert (server.counters.billed, server.counters.failed) == (1, 1)


def test_who_hangs_up_pays_and_gets_the_answer_by_its_key() -> None:
    with OpenAIServer([Reply(SAID, seconds=2), {"other": 1}]) as server:
        with pytest.raises(httpx.TimeoutException):
            httpx.post(
                f"{server.url}/chat/completions",
                json={"messages": [{"role": "user", "content": "Which?"}]},
                headers={"Idempotency-Key": "a"},
                timeout=httpx.Timeout(10, read=0.2),
            )
        assert json.loads(content(post(server, key="a"))) == SAID
        assert (server.counters.billed, server.counters.recalled) == (1, 1)


@pytest.mark.parametrize("reset", [False, True], ids=["end", "reset"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_that_breaks_off_is_billed_and_kept_under_its_key(*, reset: bool, stream: bool) -> None:
    broken = httpx.RemoteProtocolError if not reset else (httpx.ReadError, httpx.RemoteProtocolError)
    with OpenAIServer([Reply(SAID, broken=20, reset=reset), {"other": 1}]) as server:
        with pytest.raises(broken):
            post(server, key="a", stream=stream)
        assert json.loads(content(post(server, key="a"))) == SAID
        assert server.counters.billed == 1


def test_a_reset_is_a_reset_and_is_not_billed() -> None:
    with OpenAIServer([Reply(drop=True, reset=True), Reply(drop=True), SAID]) as server:
        with pytest.raises(httpx.ReadError):
            post(server)
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            post(server)
        assert post(server).status_code == 200
        assert server.counters.billed == 1


def test_no_more_are_in_flight_than_the_limit_lets() -> None:
    refused = threading.Event()

    def post_one(n: int) -> httpx.Response:
        response = post(server, str(n))
        if server.counters.throttled == 5:
            refused.set()
        return response

    with OpenAIServer(lambda _: refused.wait(20) and SAID, limits=Limits(at_once=3)) as server:
        found = at_once(8, post_one)
        counted = server.counters
    assert sorted(r.status_code for r in found) == [200] * 3 + [429] * 5
    assert {"retry-after" in r.headers for r in found if r.status_code == 429} == {True}
    assert (counted.peak, counted.throttled, counted.billed, counted.in_flight) == (3, 5, 3, 0)


def test_requests_in_a_window_are_limited_and_told_when_it_ends() -> None:
    with OpenAIServer([SAID], limits=Limits(per_minute=2, window=2)) as server:
        start = time.monotonic()
        found = [post(server) for _ in range(2)]
        while (refused := post(server)).status_code != 429:
            assert time.monotonic() - start > 2  # the machine was so slow that a window ended
            found.append(refused)
        wait = float(refused.headers["retry-after"])
        time.sleep(wait + 0.05)
        assert post(server).status_code == 200
    assert {r.status_code for r in found} == {200}
    assert 0 < wait <= 2


def test_a_limit_may_keep_silent_about_the_wait() -> None:
    with OpenAIServer([SAID], limits=Limits(at_once=0, tells=False)) as server:
        refused = post(server)
    assert refused.status_code == 429
    assert "retry-after" not in refused.headers


def test_latency_has_its_median_and_spread() -> None:
    drawn = sorted(_drawn(Latency(2.0, spread=0.5), 4001))
    median = drawn[len(drawn) // 2]
    # Log-normal: 84 % of the answers come within exp(spread) times the median.
    assert median == pytest.approx(2.0, rel=0.05)
    assert sum(s <= 2.0 * 2.718281828**0.5 for s in drawn) / len(drawn) == pytest.approx(0.841, abs=0.02)
    assert set(_drawn(Latency(2.0), 10)) == {2.0}


def _drawn(latency: Latency, count: int) -> list[float]:
    return [latency(Asked("", {}, {})) for _ in range(count)]


def test_many_are_in_flight_at_the_same_time() -> None:
    all_there = threading.Barrier(64)

    def script(_: Asked) -> object:
        all_there.wait(20)
        return SAID

    with OpenAIServer(script) as server:
        found = at_once(64, lambda n: post(server, str(n)))
        assert server.counters.peak == 64
    assert [r.status_code for r in found] == [200] * 64


def test_the_server_waits_for_the_latency() -> None:
    with OpenAIServer([Reply(SAID, seconds=0.1)], latency=Latency(0.2)) as server:
        start = time.perf_counter()
        post(server)
    assert time.perf_counter() - start >= 0.3


def test_the_block_ends_while_answers_are_on_their_way() -> None:
    start = time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        with OpenAIServer([Reply(SAID, seconds=60)]) as server:
            waiting = pool.submit(post, server)
            while not server.requests:
                time.sleep(0.01)
        with pytest.raises(httpx.HTTPError):
            waiting.result(20)
    assert time.perf_counter() - start < 30


def test_trouble_comes_in_its_share_and_repeats_with_its_seed() -> None:
    def faults() -> list[Any]:
        script = troubled(lambda _: SAID, 0.2, seed=1)
        return [r for _ in range(1000) if (r := script(Asked("", {}, {}))) != Reply(SAID)]

    first = faults()
    assert 150 < len(first) < 250
    assert first == faults()
    assert {r.status for r in first} == {200, 429, 500, 503}


def test_other_paths_and_bodies_are_refused() -> None:
    with OpenAIServer([SAID]) as server:
        root = server.url.removesuffix("/v1")
        assert httpx.post(f"{server.url}/embeddings", json={}).status_code == 404
        assert httpx.post(f"{server.url}/chat/completions", content=b"{").status_code == 400
        assert httpx.post(f"{server.url}/chat/completions", json={}).status_code == 400
        assert httpx.get(f"{root}/counters").json()["billed"] == 0


def test_the_record_is_told_to_hoptrace_with_the_numbers_of_sentences() -> None:
    prompt = "Document: Journal of Rocks\n\n[4] The Journal of Rocks is published by Stone Press.\n[5] It was founded in 1960."
    with OpenAIServer(Recorded([RECORD])) as server:
        said = json.loads(content(post(server, prompt)))
        counted = server.counters.kinds
    assert [(e["name"], e["sentences"]) for e in said["entities"]] == [
        ("Journal of Rocks", [4]),
        ("Stone Press", [4]),
        ("1960", [5]),
        ("geology", [4]),
    ]
    assert said["relations"] == [
        {"subject": "Journal of Rocks", "predicate": "PUBLISHED_BY", "object": "Stone Press", "sentences": [4]},
        {"subject": "Journal of Rocks", "predicate": "IS_OLD", "sentences": [4]},
        {"subject": "It", "predicate": "FOUNDED", "object": "in", "sentences": [5], "extra_0": "1960"},
    ]
    assert counted["extract"]["billed"] == 1


def test_the_record_is_told_to_peers_in_their_forms() -> None:
    text = f"{RECORD.title}\n{RECORD.text}"
    lightrag = f"---Task---\n---Input Text---\n```\n{text}\n```\n\n---Output---\n"
    nano = f"-Goal-\nText: an example\n-Real Data-\n{'#' * 22}\nEntity_types: x\nText: {text}\n{'#' * 22}\nOutput:\n"
    with OpenAIServer(Recorded([RECORD])) as server:
        rows = content(post(server, lightrag)).splitlines()
        tuples = content(post(server, nano)).split("##\n")
    assert rows[1] == "entity<|#|>Stone Press<|#|>Other<|#|>Journal of Rocks published by Stone Press."
    assert rows[4] == (
        "relation<|#|>Journal of Rocks<|#|>Stone Press<|#|>published by<|#|>Journal of Rocks published by Stone Press."
    )
    assert (rows[5], rows[-1]) == ("relation<|#|>Journal of Rocks<|#|>is old", "<|COMPLETE|>")
    assert tuples[1] == '("entity"<|>"Stone Press"<|>"Other"<|>"Journal of Rocks published by Stone Press.")'
    assert tuples[4].endswith('<|>"Journal of Rocks published by Stone Press."<|>5)')


def test_who_asks_for_more_gets_no_more() -> None:
    prompt = "Document: Journal of Rocks\n\n[0] It was founded in 1960."
    turns = [{"role": "user", "content": t} for t in (prompt, "What did you miss?")]
    with OpenAIServer(Recorded([RECORD])) as server:
        said = json.loads(content(post(server, messages=turns)))
        unknown = post(server, "Document: Nobody\n\n[0] Nothing.")
    assert said == {"entities": [], "relations": [], "aliases": []}
    assert unknown.status_code == 400
