"""Checks for lesson 08, Fine-tune a little."""

import math

import numpy as np

from lesson_utils.checks.findings import WRONG_FORM, WRONG_VALUE, Finding, expect, parts
from lesson_utils.checks.registry import exercise


@exercise(
    "08.1",
    nudge="Between which two recorded steps does the curve go below the target for the first time? "
    "How far on the way from one to the other?",
    outline="Go through neighbouring steps. At the first pair where the later value is at or below "
    "the target: with x = ln of the perplexities, the share of the way is "
    "(x_before − ln target) / (x_before − x_after). Step = before + share · (after − before); "
    "times bytes_per_step. At the start already: 0. Never: `math.inf`.",
    takeaway="Runs are compared by the text they read, at a point that a curve crosses, and not by "
    "the next step that somebody happened to record.",
)
def bytes_to_target(answer):
    curve = {0: 9.0, 8: 5.2, 20: 3.6, 50: 1.7, 90: 2.3, 160: 1.6}
    target, per_step = 2.0, 700
    loss_at_target = math.log(target)
    steps, values = np.array(list(curve)), np.log(list(curve.values()))

    def crossing(at, values=values, goal=loss_at_target):
        share = (values[at] - goal) / (values[at] - values[at + 1])
        return steps[at] + share * (steps[at + 1] - steps[at])

    plain, plain_goal = np.exp(values), target
    over_log_steps = 20 * (50 / 20) ** ((crossing(2) - 20) / 30)
    expect(
        answer(curve=curve, target=target, bytes_per_step=per_step),
        per_step * crossing(2),
        {
            "That is the crossing in steps. How many bytes does a step read?": crossing(2),
            "You took the next recorded step, 50. The curve crosses before it; where?": (
                per_step * 50.0
            ),
            "You took the last step that is still above, 20. The curve crosses after it; "
            "where?": per_step * 20.0,
            "Your line is straight in perplexity. The task asks for one that is straight in its "
            "logarithm, the loss.": per_step * crossing(2, plain, plain_goal),
            "Your line is straight over the logarithm of the step. What does the task ask for, "
            "along the steps?": per_step * over_log_steps,
            "This curve comes back up and crosses once more. Which of the two times is the "
            "first?": per_step * crossing(4),
            "You found where the curve comes back up. In which direction should it cross?": (
                per_step * crossing(3)
            ),
            "Your share of the way is counted from the wrong end. At a share of 0, where should "
            "you be?": per_step * (70 - crossing(2)),
            "You took the point half-way between two steps. Is the target half-way between their "
            "values?": per_step * 35.0,
            "You divided by the bytes of a step.": crossing(2) / per_step,
        },
        otherwise="The curve is above 2 at step 20 and below it at step 50. Is your result between "
        "20 and 50 times the bytes of a step, and nearer to which?",
    )
    expect(
        answer(curve={0: 1.9, 10: 1.5, 30: 1.2}, target=target, bytes_per_step=per_step),
        0.0,
        otherwise="This curve starts below the target. How many bytes does it take to get there?",
    )
    expect(
        answer(curve={0: 7.0, 10: 4.5, 30: 3.2}, target=target, bytes_per_step=per_step),
        math.inf,
        {
            "This curve never gets to the target, and you gave its last step. What does the task "
            "want then?": per_step * 30.0
        },
        otherwise="This curve never gets to the target. What does the task want then?",
    )


@exercise(
    "08.2",
    nudge="Ten prompts of 4,096 bytes and ninety of 512: which of the two kinds has more bytes? "
    "And what is it that may be averaged over bytes, a perplexity or a loss?",
    outline="Weight of a length: prompts · length. Take the logarithm of each perplexity, average "
    "them with these weights, divided by the weights' sum, and raise e to the result.",
    takeaway="Long prompts are few, and most of the bytes. What a model is like in use depends on "
    "the bytes.",
)
def mixed_perplexity(answer):
    perplexities, lengths, prompts = [3.0, 7.5, 1.4], [200, 1100, 5000], [61, 27, 5]
    p, n, count = (np.array(x, dtype=float) for x in (perplexities, lengths, prompts))
    nats = np.log(p)

    def mean(values, weights):
        return (values * weights).sum() / weights.sum()

    expect(
        answer(perplexities=perplexities, lengths=lengths, prompts=prompts),
        math.exp(mean(nats, n * count)),
        {
            "Each prompt counts the same with you. Has one of 5,000 bytes no more to say than one "
            "of 200?": math.exp(mean(nats, count)),
            "You averaged perplexities. Which number of each byte may be averaged?": mean(
                p, n * count
            ),
            "You averaged perplexities, and each prompt counts the same. What may be averaged, and "
            "over what?": mean(p, count),
            "The three kinds count the same with you, however many prompts and bytes they "
            "have.": math.exp(nats.mean()),
            "You took the plain mean of three perplexities. What may be averaged, and over "
            "what?": p.mean(),
            "You weighed by length alone. How many prompts of each length are there?": math.exp(
                mean(nats, n)
            ),
            "That is the mean loss, in nats. What makes a perplexity of it?": mean(nats, n * count),
            "That is the mean in bits. What makes a perplexity of it?": mean(np.log2(p), n * count),
            "You went down with one base and up with another: bits and nats are mixed.": math.exp(
                mean(np.log2(p), n * count)
            ),
            "You went down with ln and up with 2.": 2 ** mean(nats, n * count),
            "You divided by the number of prompts, where the weights are bytes. What do the "
            "weights add up to?": _or_nan((nats * n * count).sum() / count.sum()),
            "You weighed long prompts less: divided by their length, where they should be "
            "multiplied.": math.exp(mean(nats, count / n)),
        },
        otherwise="It should be between 1.4 and 7.5. How many bytes are there of each kind, and "
        "what is the loss on each of them?",
    )


def _or_nan(exponent):
    return math.exp(exponent) if exponent < 700 else math.inf


@exercise(
    "08.3",
    nudge="How many bytes of text have room beside the secret, the question and the answer? Depth "
    "is a share of that. And: the first byte of a prompt has no loss.",
    outline="room = length − the other three. cut = round(depth · room). The prompt is text[:cut], "
    "secret, text[cut:room], question, answer. The answer begins at byte length − len(answer); "
    "entry t of the losses belongs to byte t + 1.",
    takeaway="Ask for one thing far back, and score only the bytes of the answer. The loss of a "
    "whole text hides what happens to eight bytes of it.",
)
def hide_key(answer):
    text = np.random.default_rng(8).integers(97, 123, size=900).astype(np.uint8).tobytes()
    secret, question, reply = b"<KEY IS 4711>", b"<KEY? ", b"4711>"
    length = 400 + len(secret) + len(question) + len(reply)
    for depth in (0.25, 0.0, 1.0):
        got = answer(
            text=text, secret=secret, question=question, answer=reply, depth=depth, length=length
        )
        prompt, first = parts(got, ("prompt", "first"))
        prompt = _as_bytes(prompt)
        cut, room = round(depth * 400), 400
        end = question + reply
        _expect_prompt(
            prompt,
            text[:cut] + secret + text[cut:room] + end,
            {
                "Depth 0 is the beginning. From which end do you count?": text[: room - cut]
                + secret
                + text[room - cut : room]
                + end,
                "The secret overwrote some of the text: it stands in place of as many bytes. Where "
                "should the text go on after it?": text[:cut]
                + secret
                + text[cut + len(secret) : room + len(secret)]
                + end,
                "You took depth as a share of the whole prompt. At depth 1, would the secret still "
                "stand in the text?": text[: round(depth * length)]
                + secret
                + text[round(depth * length) : room]
                + end,
                "You took depth as a share of all the text there is. How much of it has "
                "room?": _spliced(text, secret, end, round(depth * len(text)), length),
                "The text repeats itself after the secret: it begins anew. Where should it go "
                "on?": text[:cut] + secret + text[: room - cut] + end,
                "The answer stands before the question.": text[:cut]
                + secret
                + text[cut:room]
                + reply
                + question,
                "The prompt ends with the question. A model's loss on the answer needs the answer "
                "to stand there; see the order in the task.": text[:cut]
                + secret
                + text[cut : length - len(secret) - len(question)]
                + question,
                "You took the last bytes of the text. Which ones does the task ask for?": (
                    text[-room:][:cut] + secret + text[-room:][cut:] + end
                ),
                "Where is the secret?": text[: length - len(end)] + end,
            },
            length,
        )
        begins = length - len(reply)
        expect(
            first,
            begins - 1,
            {
                "One late: that is where the answer stands in the prompt. The first byte has no "
                "loss, so which entry is the loss of byte t?": begins,
                "One late in the other direction: two before the answer. Entry t is the loss of "
                "byte t + 1; which t for the answer's first?": begins - 2,
                "That is where the question begins. Which bytes does the model have to know?": (
                    begins - len(question) - 1
                ),
                "That is where the question stands in the prompt. Which bytes are the "
                "answer?": begins - len(question),
                "That is where the secret stands. Nobody can know it there; where is it asked "
                "for?": cut,
                "That is the loss of the secret itself. Nobody can know it there; where is it "
                "asked for?": cut - 1,
                "You counted from the end. Give the entry as a whole number from 0.": -len(reply),
                "That is the last entry, the answer's last byte. Which is its first?": length - 2,
            },
            otherwise="The prompt is right. At which byte does the answer begin, and in which "
            "entry is the loss of that byte?",
        )


def _spliced(text, secret, end, cut, length):
    return (text[:cut] + secret + text[cut:])[: length - len(end)] + end


def _as_bytes(prompt):
    if isinstance(prompt, bytes | bytearray):
        return bytes(prompt)
    raise Finding(
        WRONG_FORM,
        f"The prompt is a {type(prompt).__name__}; expected are bytes, put together with `+`.",
    )


def _expect_prompt(prompt, right, mistakes, length):
    """Compare prompts; show where they part."""
    if prompt == right:
        return
    at = next((i for i, (a, b) in enumerate(zip(prompt, right)) if a != b), len(right))
    at = min(at, len(prompt))
    table = [(f"from byte {at}", repr(right[at : at + 16]), repr(prompt[at : at + 16]))]
    for question, wrong in mistakes.items():
        if prompt == wrong and wrong != right:
            raise Finding(WRONG_VALUE, question, table=table)
    if len(prompt) != length:
        raise Finding(
            WRONG_VALUE,
            f"Your prompt has {len(prompt)} bytes, and length asks for {length}. What makes room "
            "for the secret, the question and the answer?",
            table=table,
        )
    raise Finding(
        WRONG_VALUE,
        "The length is right, the bytes are not. Where do yours part from what is expected?",
        table=table,
    )
