"""Everything that waits is cancelled at once: nothing more is asked, and what is being asked is hung up on."""

from __future__ import annotations

from tests.support.openai_server import OpenAIServer
from tests.support.site import until

from .conftest import MakeSite
from .follow import in_flight, look, submit
from .snippets import CLONE, COUNTS, RECOVER

QUEUED = 10_000


def test_thousands_of_waiting_jobs_are_cancelled_at_once_and_running_calls_hung_up_on(
    make_site: MakeSite, openai_server: OpenAIServer
) -> None:
    models = {"summarise": {"MODEL": "openai/slow-40"}}
    site = make_site(env={"TEST_Q_CLUSTER": '{"workers": 1}'}, MAX_IN_FLIGHT=4, LEASE_SECONDS=8, FUNCTIONS=models)
    other = submit(site, "the-toll-house", function="title")
    assert site.run(CLONE, job=submit(site, "across-the-wade", function="summarise"), count=QUEUED - 1) == QUEUED + 1

    assert site.manage("ai_jobs", "cancel", "--all", "--function", "title").stdout == "1 cancelled.\n"
    assert look(site, other)["status"] == "cancelled"
    with site.process("qcluster"):
        site.run(RECOVER)
        in_flight(openai_server, 4, seconds=90)
        assert site.manage("ai_jobs", "cancel", "--all").stdout == f"{QUEUED} cancelled.\n"
        in_flight(openai_server, 0, seconds=5)
        assert openai_server.stats["disconnected"] == 4

        submit(site, "samphire-row")
        until(
            lambda: site.run(RECOVER) or site.run(COUNTS)["untold"] == 0, seconds=300, what="all ends to be announced"
        )
    assert site.run(COUNTS) == {"pending": 0, "running": 0, "cancelled": QUEUED + 1, "untold": 0}
    assert [call.model for call in openai_server.calls] == ["slow-40"] * 4 + ["test-model"]


def test_cancelling_all_jobs_of_an_unknown_function_is_refused(make_site: MakeSite) -> None:
    done = make_site().manage("ai_jobs", "cancel", "--all", "--function", "poems")
    assert done.returncode == 1
    assert "“poems”" in done.stderr
