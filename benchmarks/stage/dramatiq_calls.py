"""The same calls as actors of Dramatiq: what a worker process of that framework imports. Nothing else may import it."""

from __future__ import annotations

import json
import os

import dramatiq
import litellm
import redis
from dramatiq.brokers.redis import RedisBroker

DONE = "calls-done"
ADDRESS = os.environ["BENCHMARK_REDIS"]
ASKED = json.loads(os.environ["BENCHMARK_REQUEST"])

dramatiq.set_broker(RedisBroker(url=ADDRESS))
counter = redis.Redis.from_url(ADDRESS)


@dramatiq.actor(max_retries=0)
def call(number: int) -> None:
    """One call, which leaves nothing but a count: the least an application could do."""
    answer = litellm.completion(**ASKED)
    assert answer.choices[0].message.content
    counter.incr(DONE)
