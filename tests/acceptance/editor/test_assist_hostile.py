"""Hostile answers, streamed into an open editor and accepted: nothing runs, is loaded or stays that is not allowed."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser import listen
from tests.support.sse import model_stream

from .assisting import assisted
from .conftest import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLUG = "paper-from-the-marsh"
CORPORA = Path(__file__).parents[3].parent / "shared" / "corpora"
PIECE = 40
TRAPS = "() => { ['alert', 'confirm', 'prompt'].forEach((name) => { window[name] = () => { window.hit = name; }; }); }"
NO_SAVES = """() => {
    const form = document.querySelector('form[data-edit-form]');
    window.wagtail.app.getControllerForElementAndIdentifier(form, 'w-autosave').activeValue = false;
}"""
STRANGE = (
    "script, iframe, object, embed, img, video, audio, style, link, base, form, meta, svg, "
    "[href], [src], [srcdoc], [style], [onerror], [onload], [onclick]"
)
ACCEPTED = """async ([path, strange]) => {
    const script = document.querySelector('script[src*="arrivals_controller"]').src;
    const { partAt } = await import(script.replace(/editor\\/[^/]*$/, 'lib/form.js'));
    const ended = new Promise((resolve) => {
        document.addEventListener('wac-assist:state', function told({ detail: { state } }) {
            if (!['shown', 'failed'].includes(state)) return;
            document.removeEventListener('wac-assist:state', told);
            resolve(state);
        });
    });
    const detail = { path, action: 'improve', options: 1 };
    document.dispatchEvent(new CustomEvent('wac-assist:ask', { detail }));
    const state = await ended;
    const card = document.querySelector('.wac-card');
    const target = (name) => card.querySelector(`[data-wac-assist-card-target~="${name}"]`);
    const found = [...card.querySelectorAll('.wac-card-changes :is(' + strange + ')')]
        .filter((each) => !each.closest('.icon')).map((each) => each.outerHTML);
    const take = ['all', 'use'].map(target).find((button) => !button.hidden);
    (take ?? target('close')).click();
    const { blocks, entityMap } = DraftJS.convertToRaw(partAt(path).getState().getCurrentContent());
    return {
        state, found, took: Boolean(take), left: document.querySelectorAll('.wac-card').length,
        types: blocks.map(({ type }) => type),
        styles: blocks.flatMap(({ inlineStyleRanges }) => inlineStyleRanges.map(({ style }) => style)),
        entities: Object.values(entityMap).map(({ type, data }) => [type, data.url ?? '']),
    };
}"""
BLOCKS = {"unstyled", "unordered-list-item", "ordered-list-item"}
STYLES = {"BOLD", "ITALIC"}
ENTITIES = {"LINK", "DOCUMENT"}
SCHEMES = ("http://", "https://", "mailto:", "tel:", "/", "#")


def rows(*names: str) -> list[dict[str, Any]]:
    found = []
    for name in names:
        path = CORPORA / f"{name}.dev.jsonl"
        if not path.exists():
            pytest.skip(f"The corpus {name} is not beside this checkout.")
        found += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return found


def text_of(row: dict[str, Any]) -> str:
    if "payload_b64" in row:
        return base64.b64decode(row["payload_b64"]).decode("utf-8", "replace")
    return "".join(text * times for text, times in row.get("payload_rle", [[row.get("payload") or "", 1]]))


def is_harmless(url: str) -> bool:
    return not url or url.lower().startswith(SCHEMES)


def test_hostile_answers_do_nothing(desk: Desk, window: Page) -> None:
    hostile = rows("xss", "injection")
    noise = listen(window, site=desk.address)
    window.on("dialog", lambda dialog: (noise.append(f"asked {dialog.message}"), dialog.dismiss()))
    block = desk.block(SLUG, "paragraph", 0)
    page = assisted(desk, window, SLUG)
    window.evaluate(TRAPS)
    window.evaluate(NO_SAVES)
    took = 0
    for row in hostile:
        text = text_of(row)
        page.model.reset()
        page.says(*[text[at : at + PIECE] for at in range(0, len(text), PIECE)] or [""])
        page.model.script(model_stream([text]))  # an answer that cannot be used is asked for once more
        got = window.evaluate(ACCEPTED, [f"body.{block}", STRANGE])
        assert (got["left"], got["found"]) == (0, []), row["id"]
        assert (set(got["types"]) - BLOCKS, set(got["styles"]) - STYLES) == (set(), set()), row["id"]
        assert all(kind in ENTITIES and is_harmless(url) for kind, url in got["entities"]), (row["id"], got)
        took += got["took"]
    assert window.evaluate("window.hit") is None
    assert noise == []
    assert took > len(hostile) / 2
