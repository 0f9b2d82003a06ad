"""Every failure the product knows, in one tree.

::

    AIError
    ├── TemporaryError            trying again later may help
    │   ├── RateLimited             the provider asked us to slow down
    │   ├── ProviderUnavailable     5xx, connection lost
    │   │   └── LeftAlone             nobody was asked: the provider has failed too often lately
    │   ├── DeadlineExceeded        the whole call took longer than allowed
    │   └── MalformedReply          an answer came, but not one that can be used
    │       ├── CutReply              the answer stopped in the middle
    │       └── UnusableImage         an image, but not one of those that are used
    └── PermanentError            trying again cannot help
        ├── NotConfigured           a key, model or setting is missing
        │   ├── UnknownModel
        │   └── OutOfCredit         the provider's account has no money left
        ├── ProviderRejected        any other 4xx
        │   └── TooLong               more text than the model (or we) can take
        ├── Refused                 the model or its filter declined
        ├── Blocked                 a guardrail does not let it out, or in
        ├── Held                    a reviewer has to decide first
        ├── GuardrailBroken         a guardrail cannot be asked, so nothing gets past it
        ├── NotSupported            the provider cannot do this
        ├── NotFetched              an image behind an address from which none is fetched
        ├── NotAllowed              the person may not do this here
        │   └── SwitchedOff           nobody may at the moment: AI is switched off
        ├── QuotaExceeded           a limit of a tier or a budget is used up
        ├── UnknownPrice            nobody knows what the model costs, and the site wants it known
        ├── Conflict                same idempotency key, other request
        ├── Gone                    the target was deleted meanwhile
        ├── TooManyCalls            the model was asked as often as a job may, and no answer could be kept
        ├── OtherVersion            the job was begun by another version of the function
        ├── BlockNotAllowed         the answer holds a block that AI may not make there
        └── InvalidInput            the request itself is wrong
            ├── UnknownFunction
            ├── UnknownTarget         no such page, field or block
            ├── UnknownPrompt
            ├── PromptError           a template that cannot be rendered (line and reason)
            └── NothingToWorkOn       e.g. an empty page to summarise

Whether a job is tried again depends on one word only: Temporary or Permanent. ``code`` travels to commands, logs and
APIs. Messages are written for the person who reads them: what happened, what to do next. They never carry a
provider's own words, because those have been seen to contain keys.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .text import Text, gettext_noop


class AIError(Exception):
    """Something went wrong with the AI request. Try again; if it happens again, tell your developers the code."""

    code: ClassVar[str] = "ai_error"
    message: ClassVar[str] = gettext_noop(
        "Something went wrong with the AI request. Try again; if it happens again, tell your developers the code."
    )

    def __init__(self, message: str | None = None, **params: Any) -> None:
        """``message`` is a ``gettext_noop`` template; ``params`` fill its ``%(name)s`` placeholders."""
        self.text = Text(message or self.message, params)
        super().__init__(str(self.text))


class TemporaryError(AIError):
    """The AI service did not answer properly. The request will be tried again by itself."""

    code = "temporary"
    message = gettext_noop("The AI service did not answer properly. The request will be tried again by itself.")

    def __init__(self, message: str | None = None, *, retry_after: float | None = None, **params: Any) -> None:
        """``retry_after``: seconds the provider asked us to wait, within a sane range; None if it did not ask."""
        super().__init__(message, **params)
        self.retry_after = retry_after


class RateLimited(TemporaryError):
    """The AI service is receiving too many requests."""

    code = "rate_limited"
    message = gettext_noop("The AI service is receiving too many requests. The request will be tried again by itself.")


class ProviderUnavailable(TemporaryError):
    """The AI service is not reachable or reports a fault."""

    code = "unavailable"
    message = gettext_noop(
        "The AI service is not reachable or reports a fault. The request will be tried again by itself."
    )


class LeftAlone(ProviderUnavailable):
    """The AI service has failed several times and is left alone for a moment; it was not asked."""

    code = "left_alone"
    message = gettext_noop(
        "The AI service has failed several times and is left alone for a moment. "
        "The request will be tried again by itself."
    )


class DeadlineExceeded(TemporaryError):
    """The AI service took too long to answer."""

    code = "deadline"
    message = gettext_noop("The AI service took too long to answer. The request will be tried again by itself.")


class MalformedReply(TemporaryError):
    """The AI service sent an answer that cannot be used."""

    code = "malformed_reply"
    message = gettext_noop("The AI service sent an answer that cannot be used (%(reason)s).")

    def __init__(self, message: str | None = None, *, reason: str = "unreadable", **params: Any) -> None:
        """``reason``: a few words of ours on what was wrong; never text from the reply."""
        super().__init__(message, reason=reason, **params)
        self.reason = reason


class CutReply(MalformedReply):
    """The answer stopped in the middle."""

    code = "cut_reply"
    message = gettext_noop("The AI service stopped in the middle of its answer.")

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, reason="cut off")


class UnusableImage(MalformedReply):
    """The AI service sent something else than a still PNG, JPEG or WebP image of reasonable size."""

    code = "unusable_image"
    message = gettext_noop(
        "The AI service sent something that is not a PNG, JPEG or WebP image. Nothing was kept. Try again, or choose "
        "another model for images."
    )


class PermanentError(AIError):
    """The request cannot be carried out as it is."""

    code = "permanent"
    message = gettext_noop("The request cannot be carried out as it is.")


class NotConfigured(PermanentError):
    """The AI service is not set up."""

    code = "not_configured"
    message = gettext_noop(
        "The AI service is not set up: the key for the model “%(model)s” is missing or was not accepted. "
        "Ask your developers to check the WAGTAIL_AI_CONTENT setting."
    )


class UnknownModel(NotConfigured):
    """No provider knows the model."""

    code = "unknown_model"
    message = gettext_noop(
        "No provider knows the model “%(model)s”. Ask your developers to correct it in the WAGTAIL_AI_CONTENT setting."
    )


class OutOfCredit(NotConfigured):
    """The account at the AI service has no credit left."""

    code = "out_of_credit"
    message = gettext_noop("The account at the AI service has no credit left. Ask whoever pays for it to top it up.")


class ProviderRejected(PermanentError):
    """The AI service rejected the request."""

    code = "rejected"
    message = gettext_noop(
        "The AI service rejected the request (status %(status)s). Ask your developers to look at the job's log."
    )


class TooLong(ProviderRejected):
    """There is more text than the model can take."""

    code = "too_long"
    message = gettext_noop("There is more text than the model can take at once. Choose a shorter part and try again.")


class Refused(PermanentError):
    """The model declined the request."""

    code = "refused"
    message = gettext_noop("The model declined this request. Reword the instruction, or write this part yourself.")


class Blocked(PermanentError):
    """A guardrail does not let the text through."""

    code = "blocked"
    message = gettext_noop(
        "The answer was not used, because “%(check)s” does not let it through: %(reason)s. "
        "Ask in other words, or write this part yourself."
    )


class Held(PermanentError):
    """A reviewer has to look at the text first."""

    code = "held"
    message = gettext_noop(
        "The answer waits for a reviewer, because of “%(check)s”: %(reason)s. "
        "If it is let through, the work goes on by itself."
    )


class GuardrailBroken(PermanentError):
    """A guardrail cannot be asked, so nothing gets past it."""

    code = "guardrail_broken"
    message = gettext_noop(
        "The AI guardrail “%(check)s” does not work at the moment, so nothing gets past it. Nothing was changed. "
        "Ask whoever keeps the AI rules of this site to look at it."
    )


class NotSupported(PermanentError):
    """The configured AI service cannot do this."""

    code = "not_supported"
    message = gettext_noop("The configured AI service cannot do this (%(what)s). Choose another model for it.")


class NotFetched(PermanentError):
    """The image stands at an address from which none is fetched."""

    code = "not_fetched"
    message = gettext_noop(
        "The AI service made an image but sent only an address, and this site fetches no images from there. "
        "Choose another model for images, or ask your developers to look at IMAGE_HOSTS in the WAGTAIL_AI_CONTENT "
        "setting."
    )


class NotAllowed(PermanentError):
    """You may not do this here."""

    code = "not_allowed"
    message = gettext_noop("You may not edit this page, so AI may not change it for you. Ask for permission first.")


class SwitchedOff(NotAllowed):
    """AI is switched off here."""

    code = "switched_off"
    message = gettext_noop("AI is switched off here for the moment, so nothing is sent or written. Ask again later.")


class QuotaExceeded(PermanentError):
    """A limit of a tier or a budget is used up."""

    code = "quota"
    message = gettext_noop(
        "The limit of AI use is reached: %(limit)s %(holder)s. %(used)s are used or reserved, and this request needs "
        "up to %(needed)s. The count starts again at %(resets)s. If you need more before then, ask %(contact)s."
    )


class UnknownPrice(PermanentError):
    """Nobody knows what the model costs."""

    code = "unknown_price"
    message = gettext_noop(
        "Nobody knows what the model “%(model)s” costs, and this site wants to know before it asks. "
        "Ask an administrator to add its price under Settings > AI prices."
    )


class Conflict(PermanentError):
    """The same idempotency key was used for another request."""

    code = "idempotency_conflict"
    message = gettext_noop(
        "This idempotency key was already used for another request. Use a new key, or repeat the request unchanged."
    )


class Gone(PermanentError):
    """What the request was about was deleted meanwhile."""

    code = "gone"
    message = gettext_noop("What this request was about has been deleted meanwhile. Nothing was changed.")


class TooManyCalls(PermanentError):
    """The model was asked as often as one job may."""

    code = "too_many_calls"
    message = gettext_noop(
        "The model was asked %(calls)s times, as often as one job may, and no answer could be kept. "
        "Ask your developers to look at the job's log, then try it again."
    )


class OtherVersion(PermanentError):
    """The job was begun by another version of its function."""

    code = "other_version"
    message = gettext_noop(
        "This job was begun by another version of the site's software. Nothing was changed. Ask for it again."
    )


class BlockNotAllowed(PermanentError):
    """The answer holds a block that AI may not make."""

    code = "block_not_allowed"
    message = gettext_noop(
        "The AI made a block (%(block)s) that it may not make there, so nothing was changed. Add the block yourself."
    )


class InvalidInput(PermanentError):
    """The request is not valid."""

    code = "invalid_input"
    message = gettext_noop("The request is not valid: %(reason)s.")


class UnknownFunction(InvalidInput):
    """There is no AI function of this name."""

    code = "unknown_function"
    message = gettext_noop("There is no AI function called “%(name)s”. Known functions: %(known)s.")


class UnknownTarget(InvalidInput):
    """There is no such page, field or block."""

    code = "unknown_target"
    message = gettext_noop("There is no %(what)s “%(name)s”. Check the name or number and try again.")


class UnknownPrompt(InvalidInput):
    """There is no prompt of this name."""

    code = "unknown_prompt"
    message = gettext_noop("There is no prompt called “%(name)s” for this function. Known prompts: %(known)s.")


class PromptError(InvalidInput):
    """The prompt template cannot be used."""

    code = "prompt_error"
    message = gettext_noop("The prompt “%(name)s” cannot be used: line %(line)s: %(reason)s.")

    def __init__(self, message: str | None = None, *, name: str, line: int, reason: str, **params: Any) -> None:
        super().__init__(message, name=name, line=line, reason=reason, **params)
        self.line = line
        self.reason = reason


class NothingToWorkOn(InvalidInput):
    """There is no text to work on."""

    code = "nothing_to_work_on"
    message = gettext_noop("“%(title)s” has no text to work on. Write something first, or choose another page.")
