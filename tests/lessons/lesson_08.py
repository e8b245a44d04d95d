"""Lesson 08: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import RAISES, WRONG_FORM
from lesson_utils.figures import lesson_08
from tests.lessons import right, wrong
from tests.lessons.arrays import LENGTHS, STEPS

# --- 08.1 bytes_to_target ---


def crossed(curve, target, *, value=math.log, place=float, back=float):
    """Find the first crossing in steps, with scales for the two axes."""
    points = [(place(step), value(number)) for step, number in curve.items()]
    goal = value(target)
    if points[0][1] <= goal:
        return 0.0
    for (a, x), (b, y) in zip(points, points[1:]):
        if y <= goal:
            return back(a + (b - a) * (x - goal) / (x - y))
    return math.inf


def around(curve, target):
    """Give the steps before and after the first crossing."""
    steps = list(curve)
    after = next(i for i, step in enumerate(steps) if curve[step] <= target)
    return steps[after - 1], steps[after]


@wrong("bytes_to_target", "crossing in steps")
def counts_steps(curve, target, bytes_per_step):
    return crossed(curve, target)


@wrong("bytes_to_target", "You took the next recorded step")
def takes_the_next_step(curve, target, bytes_per_step):
    return around(curve, target)[1] * bytes_per_step


@wrong("bytes_to_target", "You took the last step that is still above")
def takes_the_step_before(curve, target, bytes_per_step):
    return around(curve, target)[0] * bytes_per_step


@wrong("bytes_to_target", "not straight in the loss")
def is_straight_in_perplexity(curve, target, bytes_per_step):
    return crossed(curve, target, value=float) * bytes_per_step


@wrong("bytes_to_target", "over the logarithm of the step")
def is_straight_over_log_steps(curve, target, bytes_per_step):
    def place(step):
        return math.log(max(step, 1e-9))

    return crossed(curve, target, place=place, back=math.exp) * bytes_per_step


@wrong("bytes_to_target", "Which of the two times is the first?")
def takes_the_last_crossing(curve, target, bytes_per_step):
    steps = list(curve)
    late = max(i for i, step in enumerate(steps) if curve[step] > target)
    end = {step: curve[step] for step in steps[late:]}
    return crossed(end, target) * bytes_per_step


@wrong("bytes_to_target", "You sorted the looks by their perplexity")
def sorts_by_perplexity(curve, target, bytes_per_step):
    if curve[min(curve)] <= target or min(curve.values()) > target:
        return crossed(curve, target) * bytes_per_step
    looks = sorted((math.log(value), step) for step, value in curve.items())
    return float(np.interp(math.log(target), *zip(*looks, strict=True))) * bytes_per_step


@wrong("bytes_to_target", "from the wrong end")
def goes_from_the_wrong_end(curve, target, bytes_per_step):
    before, after = around(curve, target)
    return (before + after - crossed(curve, target)) * bytes_per_step


@wrong("bytes_to_target", "half-way between two steps")
def takes_the_middle(curve, target, bytes_per_step):
    return sum(around(curve, target)) / 2 * bytes_per_step


@wrong("bytes_to_target", "You divided by the bytes")
def divides_by_the_bytes(curve, target, bytes_per_step):
    return crossed(curve, target) / bytes_per_step


@wrong("bytes_to_target", "you gave its last step")
def gives_the_last_step(curve, target, bytes_per_step):
    return min(crossed(curve, target), max(curve)) * bytes_per_step


@wrong("bytes_to_target", "This curve starts below the target")
def forgets_the_start(curve, target, bytes_per_step):
    curve = {-1: 100.0, **curve}
    return (crossed(curve, target)) * bytes_per_step


@wrong("bytes_to_target", "Your function returns nothing", WRONG_FORM)
def returns_nothing_if_never(curve, target, bytes_per_step):
    step = crossed(curve, target)
    return None if step == math.inf else step * bytes_per_step


@wrong("bytes_to_target", "You counted from the first look")
def counts_from_the_first_look(curve, target, bytes_per_step):
    found = crossed(curve, target)
    return (found - min(curve)) * bytes_per_step if 0 < found < math.inf else found


@wrong("bytes_to_target", "you gave the bytes of its first look")
def gives_the_first_look(curve, target, bytes_per_step):
    return (crossed(curve, target) or min(curve)) * bytes_per_step


@wrong("bytes_to_target", "you looked for a place where it goes down")
def does_not_look_at_the_start(curve, target, bytes_per_step):
    points = list(curve.items())
    for (a, x), (b, y) in zip(points, points[1:]):
        if x > target >= y:
            return (a + (b - a) * math.log(x / target) / math.log(x / y)) * bytes_per_step
    return math.inf


@wrong("bytes_to_target", "A curve that only touches the target")
def wants_to_be_below(curve, target, bytes_per_step):
    points = list(curve.items())
    if points[0][1] <= target:
        return 0
    for (a, x), (b, y) in zip(points, points[1:]):
        if y < target:
            return (a + (b - a) * math.log(x / target) / math.log(x / y)) * bytes_per_step
    return math.inf


@wrong("bytes_to_target", "You numbered the looks")
def counts_looks(curve, target, bytes_per_step):
    return crossed(dict(enumerate(curve.values())), target) * bytes_per_step


@wrong("bytes_to_target", "one line from the first look to the last")
def draws_one_line(curve, target, bytes_per_step):
    first, *_, last = curve
    return crossed({first: curve[first], last: curve[last]}, target) * bytes_per_step


@wrong("bytes_to_target", "You rounded to whole steps")
def takes_whole_steps(curve, target, bytes_per_step):
    found = crossed(curve, target)
    return found if found == math.inf else math.ceil(found) * bytes_per_step


@wrong("bytes_to_target", "on beyond the last look")
def draws_on(curve, target, bytes_per_step):
    found = crossed(curve, target)
    if found == math.inf:
        (a, x), (b, y) = list(curve.items())[-2:]
        found = a + (b - a) * math.log(x / target) / math.log(x / y)
    return found * bytes_per_step


@wrong("bytes_to_target", "such as −1 or 0")
def gives_minus_one(curve, target, bytes_per_step):
    found = crossed(curve, target)
    return -1 if found == math.inf else found * bytes_per_step


@wrong("bytes_to_target", "Of which of the two have you taken ln?")
def takes_the_logarithm_once(curve, target, bytes_per_step):
    losses = {step: math.log(value) for step, value in curve.items()}
    return crossed(losses, target, value=float) * bytes_per_step


@wrong("bytes_to_target", "in a list of 1. Return the number itself", WRONG_FORM)
def puts_the_bytes_into_a_list(curve, target, bytes_per_step):
    return [crossed(curve, target) * bytes_per_step]


@wrong("bytes_to_target", "not straight in the loss")
def is_straight_in_the_inverse(curve, target, bytes_per_step):
    before, after = around(curve, target)
    share = (1 / curve[before] - 1 / target) / (1 / curve[before] - 1 / curve[after])
    return (before + share * (after - before)) * bytes_per_step


@wrong("bytes_to_target", "comes back up and crosses once more")
def takes_the_last_time_it_comes_down(curve, target, bytes_per_step):
    if curve[min(curve)] <= target or min(curve.values()) > target:
        return crossed(curve, target) * bytes_per_step
    steps = list(curve)
    down = [(a, b) for a, b in zip(steps, steps[1:]) if curve[a] > target >= curve[b]]
    return crossed({step: curve[step] for step in down[-1]}, target) * bytes_per_step


@wrong("bytes_to_target", "from the first look to the lowest point")
def draws_to_the_lowest_point(curve, target, bytes_per_step):
    ends = {step: curve[step] for step in (min(curve), min(curve, key=curve.get))}
    return crossed(ends, target) * bytes_per_step


@wrong("bytes_to_target", "You never look between the last two steps")
def stops_a_look_early(curve, target, bytes_per_step):
    return crossed(dict(list(curve.items())[:-1]), target) * bytes_per_step


@wrong("bytes_to_target", "You never look between the first two steps")
def begins_a_look_late(curve, target, bytes_per_step):
    if next(iter(curve.values())) <= target:
        return 0
    return crossed(dict(list(curve.items())[1:]), target) * bytes_per_step


@wrong("bytes_to_target", "You drew one line from the first look to the last")
def draws_one_long_line(curve, target, bytes_per_step):
    (first, high), *_, (last, low) = curve.items()
    if high <= target or min(curve.values()) > target:
        return crossed(curve, target) * bytes_per_step
    way = math.log(high / target) / math.log(high / low)
    return (first + way * (last - first)) * bytes_per_step


@right("bytes_to_target")
def with_a_search(curve, target, bytes_per_step):
    if curve[min(curve)] <= target:
        return 0
    if min(curve.values()) > target:
        return float("inf")
    low, high = around(curve, target)
    a, b = low, high
    for _ in range(60):
        middle = (low + high) / 2
        value = curve[a] * (curve[b] / curve[a]) ** ((middle - a) / (b - a))
        low, high = (middle, high) if value > target else (low, middle)
    return middle * bytes_per_step


@right("bytes_to_target")
def with_numpy(curve, target, bytes_per_step):
    steps = np.array(list(curve), dtype=float)
    less = np.log(np.array(list(curve.values())) / target)
    below = np.flatnonzero(less <= 0)
    if not below.size:
        return np.inf
    if below[0] == 0:
        return np.float64(0)
    pair = slice(below[0] - 1, below[0] + 1)
    return np.interp(0, less[pair][::-1], steps[pair][::-1]) * bytes_per_step


@right("bytes_to_target")
def with_tensors_in_bits(points, goal, size, /):
    steps = torch.tensor(list(points), dtype=torch.float32)
    bits = torch.tensor(list(points.values())).log2() - math.log2(goal)
    below = (bits <= 0).nonzero()
    if len(below) == 0:
        return torch.tensor(math.inf)
    i = below[0, 0]
    if i == 0:
        return torch.tensor(0.0)
    return size * torch.lerp(steps[i - 1], steps[i], bits[i - 1] / (bits[i - 1] - bits[i]))


# --- 08.2 mixed_perplexity ---


def mean(values, weights):
    return float(np.average(values, weights=np.asarray(weights, dtype=float)))


def bytes_of(lengths, prompts):
    return np.array(lengths) * np.array(prompts)


@wrong("mixed_perplexity", "Each prompt counts the same")
def weighs_prompts(perplexities, lengths, prompts):
    return math.exp(mean(np.log(perplexities), prompts))


@wrong("mixed_perplexity", "You averaged perplexities. Which number")
def averages_perplexities(perplexities, lengths, prompts):
    return mean(perplexities, bytes_of(lengths, prompts))


@wrong("mixed_perplexity", "You averaged perplexities, and each prompt")
def averages_perplexities_by_prompt(perplexities, lengths, prompts):
    return mean(perplexities, prompts)


@wrong("mixed_perplexity", "The kinds count the same")
def weighs_nothing(perplexities, lengths, prompts):
    return math.exp(mean(np.log(perplexities), [1, 1, 1]))


@wrong("mixed_perplexity", "the plain mean of the perplexities")
def takes_the_plain_mean(perplexities, lengths, prompts):
    return sum(perplexities) / len(perplexities)


@wrong("mixed_perplexity", "by length alone")
def weighs_lengths(perplexities, lengths, prompts):
    return math.exp(mean(np.log(perplexities), lengths))


@wrong("mixed_perplexity", "mean loss, in nats")
def forgets_to_raise(perplexities, lengths, prompts):
    return mean(np.log(perplexities), bytes_of(lengths, prompts))


@wrong("mixed_perplexity", "mean in bits")
def returns_bits(perplexities, lengths, prompts):
    return mean(np.log2(perplexities), bytes_of(lengths, prompts))


@wrong("mixed_perplexity", "bits and nats are mixed")
def raises_e_to_bits(perplexities, lengths, prompts):
    return math.exp(mean(np.log2(perplexities), bytes_of(lengths, prompts)))


@wrong("mixed_perplexity", "bits and nats are mixed")
def raises_two_to_nats(perplexities, lengths, prompts):
    return 2 ** mean(np.log(perplexities), bytes_of(lengths, prompts))


@wrong("mixed_perplexity", "divided by the number of prompts")
def divides_by_prompts(perplexities, lengths, prompts):
    nats = (np.log(perplexities) * bytes_of(lengths, prompts)).sum() / sum(prompts)
    with np.errstate(over="ignore"):
        return np.exp(nats)


@wrong("mixed_perplexity", "divided by their length")
def divides_by_length(perplexities, lengths, prompts):
    return math.exp(mean(np.log(perplexities), np.array(prompts) / np.array(lengths)))


def averaged(perplexities, weights, down=np.log, up=np.exp):
    return up(np.average(down(np.asarray(perplexities, float)), weights=weights))


@wrong("mixed_perplexity", "One byte of each prompt is left out")
def leaves_the_first_byte_out(perplexities, lengths, prompts):
    return averaged(perplexities, (np.array(lengths) - 1) * prompts)


@wrong("mixed_perplexity", "The length counts twice")
def squares_lengths(perplexities, lengths, prompts):
    return averaged(perplexities, np.square(lengths) * prompts)


@wrong("mixed_perplexity", "not a plain one")
def takes_a_harmonic_mean(perplexities, lengths, prompts):
    weights = np.multiply(lengths, prompts)
    return averaged(perplexities, weights, np.reciprocal, np.reciprocal)


@wrong("mixed_perplexity", "You leave out a length with a single prompt")
def leaves_single_prompts_out(perplexities, lengths, prompts):
    weights = [n * k * (k > 1) for n, k in zip(lengths, prompts)]
    return averaged(perplexities, weights)


@wrong("mixed_perplexity", "each by itself")
def sorts_the_lists(perplexities, lengths, prompts):
    return averaged(sorted(perplexities), np.multiply(sorted(lengths), prompts))


@wrong("mixed_perplexity", "the first two kinds only")
def mixes_two_kinds(perplexities, lengths, prompts):
    return averaged(perplexities[:2], np.multiply(lengths[:2], prompts[:2]))


@wrong("mixed_perplexity", "Your lengths are 512 and 4,096")
def knows_two_lengths(perplexities, lengths, prompts):
    return averaged(perplexities[:2], np.multiply([512, 4096], prompts[:2]))


@wrong("mixed_perplexity", "You took the longest prompts alone")
def takes_the_longest(perplexities, lengths, prompts):
    return perplexities[lengths.index(max(lengths))]


@wrong("mixed_perplexity", "in a list of 1. Return the number itself", WRONG_FORM)
def puts_the_mean_into_a_list(perplexities, lengths, prompts):
    return [averaged(perplexities, np.multiply(lengths, prompts))]


def _weighed(perplexities, weights, total=None):
    loss = sum(w * math.log(p) for w, p in zip(weights, perplexities, strict=True))
    return math.exp(loss / (total or sum(weights)))


@wrong("mixed_perplexity", "the prompts times the mean length")
def divides_by_prompts_and_mean_length(perplexities, lengths, prompts):
    weights = [n * k for n, k in zip(lengths, prompts, strict=True)]
    return _weighed(perplexities, weights, sum(prompts) * sum(lengths) / len(lengths))


@wrong("mixed_perplexity", "Your shares are whole per cents")
def rounds_the_shares(perplexities, lengths, prompts):
    weights = [n * k for n, k in zip(lengths, prompts, strict=True)]
    return _weighed(perplexities, [round(w / sum(weights), 2) for w in weights])


@wrong("mixed_perplexity", "Your lengths are whole windows")
def counts_windows(perplexities, lengths, prompts):
    windows = [max(1, n // 512) * k for n, k in zip(lengths, prompts, strict=True)]
    return _weighed(perplexities, windows)


@wrong("mixed_perplexity", "of which no prompt comes in counts")
def counts_each_kind_once_at_least(perplexities, lengths, prompts):
    return _weighed(perplexities, [n * max(1, k) for n, k in zip(lengths, prompts, strict=True)])


@wrong("mixed_perplexity", "The last kind is missing")
def forgets_the_last_loss(perplexities, lengths, prompts):
    sizes = [n * k for n, k in zip(lengths, prompts)]
    losses = [size * math.log(p) for size, p in zip(sizes, perplexities)]
    return math.exp(sum(losses[:-1]) / sum(sizes))


@wrong("mixed_perplexity", "The first kind is missing")
def begins_with_the_second_kind(perplexities, lengths, prompts):
    sizes = [n * k for n, k in zip(lengths, prompts)][1:]
    losses = [size * math.log(p) for size, p in zip(sizes, perplexities[1:])]
    return math.exp(sum(losses) / sum(sizes)) if losses else 1.0


@wrong("mixed_perplexity", "Which step can be done with logarithms?", RAISES)
def multiplies_all_perplexities(perplexities, lengths, prompts):
    sizes = [n * k for n, k in zip(lengths, prompts)]
    return math.prod(p**size for p, size in zip(perplexities, sizes)) ** (1 / sum(sizes))


@right("mixed_perplexity")
def as_a_product(perplexities, lengths, prompts):
    total = sum(n * count for n, count in zip(lengths, prompts))
    shares = [n * count / total for n, count in zip(lengths, prompts)]
    return math.prod(value**share for value, share in zip(perplexities, shares))


@right("mixed_perplexity")
def with_tensors(perplexities, lengths, prompts):
    weights = torch.tensor(lengths) * torch.tensor(prompts)
    return (torch.tensor(perplexities).log() @ (weights / weights.sum())).exp()


@right("mixed_perplexity")
def byte_by_byte(values, lengths, counts):
    bits = [
        np.full(n * count, np.log2(value))
        for value, n, count in zip(values, lengths, counts, strict=True)
    ]
    return 2 ** np.concatenate(bits).mean()


# --- 08.3 hide_key ---


def put_together(text, secret, question, answer, cut, length):
    room = length - len(secret) - len(question) - len(answer)
    return text[:cut] + secret + text[cut:room] + question + answer


def room_in(secret, question, answer, length):
    return length - len(secret) - len(question) - len(answer)


def prompt_of(text, secret, question, answer, depth, length):
    room = room_in(secret, question, answer, length)
    return put_together(text, secret, question, answer, round(depth * room), length)


@wrong("hide_key", "From which end do you count?")
def counts_from_the_end(text, secret, question, answer, depth, length):
    prompt = prompt_of(text, secret, question, answer, 1 - depth, length)
    return prompt, length - len(answer) - 1


@wrong("hide_key", "The secret overwrote some of the text")
def overwrites_the_text(text, secret, question, answer, depth, length):
    end = question + answer
    cut = round(depth * room_in(secret, question, answer, length))
    prompt = bytearray(text[: length - len(end)])
    prompt[cut : cut + len(secret)] = secret
    return bytes(prompt) + end, length - len(answer) - 1


@wrong("hide_key", "as a share of the whole prompt")
def takes_depth_of_the_prompt(text, secret, question, answer, depth, length):
    cut = round(depth * length)
    prompt = put_together(text, secret, question, answer, cut, length)
    return prompt, length - len(answer) - 1


@wrong("hide_key", "as a share of all the text there is")
def takes_depth_of_the_text(text, secret, question, answer, depth, length):
    end = question + answer
    cut = round(depth * len(text))
    prompt = (text[:cut] + secret + text[cut:])[: length - len(end)] + end
    return prompt, length - len(answer) - 1


@wrong("hide_key", "it begins anew")
def begins_the_text_anew(text, secret, question, answer, depth, length):
    room = room_in(secret, question, answer, length)
    cut = round(depth * room)
    prompt = text[:cut] + secret + text[: room - cut] + question + answer
    return prompt, length - len(answer) - 1


@wrong("hide_key", "The answer stands before the question")
def answers_first(text, secret, question, answer, depth, length):
    prompt = prompt_of(text, secret, answer, question, depth, length)
    return prompt, length - len(answer) - 1


@wrong("hide_key", "The prompt ends with the question")
def leaves_the_answer_out(text, secret, question, answer, depth, length):
    room = length - len(secret) - len(question)
    cut = round(depth * (room - len(answer)))
    return text[:cut] + secret + text[cut:room] + question, length - 1


@wrong("hide_key", "the last bytes of the text")
def takes_the_end_of_the_text(text, secret, question, answer, depth, length):
    room = room_in(secret, question, answer, length)
    prompt = prompt_of(text[-room:], secret, question, answer, depth, length)
    return prompt, length - len(answer) - 1


@wrong("hide_key", "Where is the secret?")
def forgets_the_secret(text, secret, question, answer, depth, length):
    end = question + answer
    return text[: length - len(end)] + end, length - len(answer) - 1


@wrong("hide_key", "Your prompt has `length` bytes of text")
def makes_no_room(text, secret, question, answer, depth, length):
    cut = round(depth * length)
    return text[:cut] + secret + text[cut:length] + question + answer, length


@wrong("hide_key", "Where do your bytes part")
def pads_with_blanks(text, secret, question, answer, depth, length):
    cut = round(depth * room_in(secret, question, answer, length))
    return (text[:cut] + secret + question + answer).rjust(length), length - len(answer) - 1


@wrong("hide_key", "where the answer stands in the prompt")
def is_one_late(text, secret, question, answer, depth, length):
    return prompt_of(text, secret, question, answer, depth, length), length - len(answer)


@wrong("hide_key", "two before the answer")
def is_one_early(text, secret, question, answer, depth, length):
    return prompt_of(text, secret, question, answer, depth, length), length - len(answer) - 2


@wrong("hide_key", "That is where the question begins")
def scores_the_question(text, secret, question, answer, depth, length):
    prompt = prompt_of(text, secret, question, answer, depth, length)
    return prompt, length - len(question + answer) - 1


@wrong("hide_key", "That is where the secret stands")
def scores_the_secret(text, secret, question, answer, depth, length):
    prompt = prompt_of(text, secret, question, answer, depth, length)
    return prompt, prompt.index(secret)


@wrong("hide_key", "You counted from the end")
def counts_back(text, secret, question, answer, depth, length):
    return prompt_of(text, secret, question, answer, depth, length), -len(answer)


@wrong("hide_key", "the answer's last byte")
def scores_the_last_byte(text, secret, question, answer, depth, length):
    return prompt_of(text, secret, question, answer, depth, length), length - 2


@wrong("hide_key", "expected are bytes", WRONG_FORM)
def returns_a_string(text, secret, question, answer, depth, length):
    prompt = prompt_of(text, secret, question, answer, depth, length)
    return prompt.decode("latin-1"), length - len(answer) - 1


@wrong("hide_key", "Return 2 things", WRONG_FORM)
def returns_the_prompt_alone(text, secret, question, answer, depth, length):
    return prompt_of(text, secret, question, answer, depth, length)


def hidden(text, secret, end, cut, room):
    return text[:cut] + secret + text[cut:room] + end


@wrong("hide_key", "You cut decimals off depth")
def cuts_decimals(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    prompt = hidden(text, secret, question + answer, int(depth * room), room)
    return prompt, length - len(answer) - 1


@wrong("hide_key", "You round depth · room up")
def rounds_up(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    prompt = hidden(text, secret, question + answer, math.ceil(depth * room), room)
    return prompt, length - len(answer) - 1


@wrong("hide_key", "Depth changes nothing")
def hides_in_the_middle(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    return hidden(text, secret, question + answer, room // 2, room), length - len(answer) - 1


@wrong("hide_key", "everything where n is 0")
def takes_the_last_bytes_by_a_slice(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    cut, body = round(depth * room), text[:room]
    prompt = body[:cut] + secret + body[-(room - cut) :] + question + answer
    return prompt, length - len(answer) - 1


@wrong("hide_key", "one byte too few")
def leaves_one_byte_out(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer) - 1
    prompt = hidden(text, secret, question + answer, round(depth * room), room)
    return prompt, len(prompt) - len(answer) - 1


@wrong("hide_key", "A line break or a blank")
def adds_a_line_break(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    cut = round(depth * room)
    prompt = hidden(text, secret, b"\n" + question + answer, cut, room)
    return prompt, len(prompt) - len(answer) - 1


@wrong("hide_key", "Your prompt has 4,096 bytes")
def knows_one_length(text, secret, question, answer, depth, length):
    room = 4096 - len(secret + question + answer)
    prompt = hidden(text, secret, question + answer, round(depth * room), room)
    return prompt, 4096 - len(answer) - 1


@wrong("hide_key", "found it inside the secret")
def finds_the_first(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    prompt = hidden(text, secret, question + answer, round(depth * room), room)
    return prompt, prompt.find(answer) - 1


@wrong("hide_key", "eight bytes long")
def knows_answers_of_eight(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    return hidden(text, secret, question + answer, round(depth * room), room), length - 9


@wrong("hide_key", "the bytes come second", WRONG_FORM)
def returns_the_entry_first(text, secret, question, answer, depth, length):
    room = length - len(secret + question + answer)
    prompt = hidden(text, secret, question + answer, round(depth * room), room)
    return length - len(answer) - 1, prompt


def _put_in(text, secret, question, answer, depth, length, cut=round, less=0):
    room = length - len(secret) - len(question) - len(answer) - less
    at = min(room, cut(depth * room))
    return text[:at] + secret + text[at:room] + question + answer, length - len(answer) - 1


@wrong("hide_key", "moved to the end of a line")
def waits_for_the_end_of_a_line(text, *asked):
    return _put_in(text, *asked, cut=lambda x: text.find(b"\n", round(x)) + 1 or round(x))


@wrong("hide_key", "Depth 0 or depth 1 is not quite the end")
def keeps_one_byte_before_the_secret(text, *asked):
    return _put_in(text, *asked, cut=lambda x: max(1, round(x)))


@wrong("hide_key", "taken off the room twice")
def takes_the_secret_off_twice(text, secret, *asked):
    return _put_in(text, secret, *asked, less=len(secret))


@wrong("hide_key", "Two late, with the right prompt")
def goes_one_on(*asked):
    prompt, first = _put_in(*asked)
    return prompt, first + 2


@wrong("hide_key", "Your prompt has 425 bytes; 424 are asked for", WRONG_FORM)
def ends_with_a_full_stop(*asked):
    prompt, first = _put_in(*asked)
    return prompt + b".", first


@wrong("hide_key", "You looked for the question from the front")
def looks_for_the_question(text, secret, question, *asked):
    prompt, _ = _put_in(text, secret, question, *asked)
    return prompt, prompt.find(question) + len(question) - 1


@wrong("hide_key", "You looked for the question from the front")
def looks_for_question_and_answer(text, secret, question, answer, *asked):
    prompt, _ = _put_in(text, secret, question, answer, *asked)
    return prompt, prompt.find(question + answer) + len(question) - 1


@wrong("hide_key", "empty where n is 0")
def slices_from_the_end(text, secret, question, answer, depth, length):
    room = length - len(secret) - len(question) - len(answer)
    used, left = text[:room], room - round(depth * room)
    prompt = used[:-left] + secret + used[room - left :] + question + answer
    return prompt, len(prompt) - len(answer) - 1


@wrong("hide_key", "bytes behind the cut are passed over")
def goes_on_behind_the_room(text, secret, question, answer, depth, length):
    room = length - len(secret) - len(question) - len(answer)
    cut = round(depth * room)
    prompt = text[:cut] + secret + text[room : room + room - cut] + question + answer
    return prompt, length - len(answer) - 1


@wrong("hide_key", "You counted letters, not bytes")
def counts_letters(text, secret, question, answer, depth, length):
    letters = [x.decode(errors="replace") for x in (text, secret, question, answer)]
    prompt, _ = _put_in(*letters, depth, length)
    return prompt.encode(), length - len(answer) - 1


@wrong("hide_key", "Your `first` is too small by the secret")
def forgets_the_secret_before_the_answer(text, secret, *asked):
    prompt, first = _put_in(text, secret, *asked)
    return prompt, first - len(secret)


@right("hide_key")
def with_a_bytearray(text, secret, question, answer, depth, length):
    prompt = bytearray(text[: length - len(secret + question + answer)])
    cut = round(depth * len(prompt))
    prompt[cut:cut] = secret
    prompt += question + answer
    return prompt, len(prompt) - len(answer) - 1


@right("hide_key")
def with_join_and_a_search(*, text, secret, question, answer, depth, length):
    room = length - sum(map(len, (secret, question, answer)))
    cut = round(depth * room)
    prompt = b"".join((text[:cut], secret, text[cut:room], question, answer))
    return [prompt, prompt.rindex(question) + len(question) - 1]


@right("hide_key")
def with_numpy_insert(a, b, c, d, e, f, /):
    end = c + d
    data = np.frombuffer(a[: f - len(b) - len(end)], dtype=np.uint8)
    cut = round(e * len(data))
    data = np.insert(data, cut, np.frombuffer(b, dtype=np.uint8))
    return data.tobytes() + end, torch.tensor(f - len(d) - 1)


# --- pictures ---

PICTURES = {
    "08.steps_to_quality": lambda: lesson_08.steps_to_quality(STEPS, 2.04, length=4096),
    "08.price_on_short_texts": lambda: lesson_08.price_on_short_texts(STEPS, 2.04, length=512),
    "08.past_the_new_window": lambda: lesson_08.past_the_new_window(LENGTHS, tuned_length=2048),
}
