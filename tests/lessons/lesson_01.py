"""Lesson 01: wrong and right answers to its exercises, and its pictures in small."""

import cmath
import math

import numpy as np
import torch

from lesson_utils.checks.findings import (
    CHANGES_INPUT,
    NOT_WRITTEN,
    RAISES,
    WRONG_FORM,
    WRONG_PRECISION,
)
from lesson_utils.figures import lesson_01
from tests.lessons import right, wrong


def turn(x, angle):
    cos, sin = math.cos(angle), math.sin(angle)
    return torch.stack((x[..., 0] * cos - x[..., 1] * sin, x[..., 0] * sin + x[..., 1] * cos), -1)


# --- 01.1 move ---


@wrong("move", "How much of the way has the arrow gone already?")
def turns_by_the_new_angle(arrows, old, new, speed):
    return turn(arrows, new * speed)


@wrong("move", "In which order did you subtract?")
def subtracts_the_other_way(arrows, old, new, speed):
    return turn(arrows, (old - new) * speed)


@wrong("move", "which of the two sines has the minus sign?")
def turns_clockwise(arrows, old, new, speed):
    angle = (new - old) * speed
    x, y = arrows[..., 0], arrows[..., 1]
    return torch.stack(
        (x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)), -1
    )


@wrong("move", "Where is the speed?")
def forgets_the_speed(arrows, old, new, speed):
    return turn(arrows, new - old)


@wrong("move", "You added the two angles.")
def adds_the_angles(arrows, old, new, speed):
    return turn(arrows, (new + old) * speed)


@wrong("move", "makes them longer or shorter")
def scales_instead_of_turning(arrows, old, new, speed):
    return arrows * new / old


@wrong("move", "Which line turns them?")
def returns_what_it_got(arrows, old, new, speed):
    return arrows


@wrong("move", "do both start from the old x and y?")
def overwrites_x(arrows, old, new, speed):
    angle = (new - old) * speed
    x, y = arrows[..., 0], arrows[..., 1]
    x = x * math.cos(angle) - y * math.sin(angle)
    y = x * math.sin(angle) + y * math.cos(angle)
    return torch.stack((x, y), -1)


@wrong("move", "small angles only")
def rotates_by_a_series(arrows, old, new, speed):
    angle = (new - old) * speed
    cos = sum((-1) ** n * angle ** (2 * n) / math.factorial(2 * n) for n in range(8))
    sin = sum((-1) ** n * angle ** (2 * n + 1) / math.factorial(2 * n + 1) for n in range(8))
    x, y = arrows[..., 0], arrows[..., 1]
    return torch.stack((x * cos - y * sin, x * sin + y * cos), -1)


@wrong("move", "two axes have changed places", WRONG_FORM)
def stacks_on_the_first_axis(arrows, old, new, speed):
    return turn(arrows, (new - old) * speed).T


@wrong("move", "changed `arrows`", CHANGES_INPUT)
def works_in_place(arrows, old, new, speed):
    arrows.copy_(turn(arrows, (new - old) * speed))
    return arrows


@wrong("move", "your numbers are bfloat16", WRONG_PRECISION)
def in_half_precision(arrows, old, new, speed):
    return turn(arrows.to(torch.bfloat16), (new - old) * speed)


@wrong("move", "NameError: name 'angel' is not defined", RAISES)
def misspells(arrows, old, new, speed):
    return turn(arrows, angel * speed)  # noqa: F821


@wrong("move", "Keep the stub's arguments", RAISES)
def drops_an_argument(arrows, angle):
    return turn(arrows, angle)


@wrong("move", "expected are numbers", WRONG_FORM)
def returns_words(arrows, old, new, speed):
    return "moved"


@wrong("move", "can it end without a `return`", NOT_WRITTEN)
def forgets_to_return(arrows, old, new, speed):
    turn(arrows, (new - old) * speed)


@right("move")
def with_complex_numbers(arrows, old, new, speed):
    numbers = torch.view_as_complex(arrows.contiguous())
    return torch.view_as_real(numbers * cmath.exp(1j * (new - old) * speed))


@right("move")
def with_a_matrix_and_einsum(arrows, old, new, speed):
    a = (new - old) * speed
    matrix = [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]
    return torch.einsum("ij,...j->...i", torch.tensor(matrix), arrows.float())


@right("move")
def in_two_turns(x, a, b, /, theta):
    return turn(turn(x, -a * theta), b * theta)


@right("move")
def with_recursion_and_lists(*, arrows, old, new, speed):
    def moved(rows):
        if isinstance(rows[0], list):
            return [moved(row) for row in rows]
        length, angle = math.hypot(*rows), math.atan2(*rows[::-1]) + (new - old) * speed
        return [length * math.cos(angle), length * math.sin(angle)]

    return moved(arrows.tolist())


@wrong("move", "and not with arrows of shape [2, 1, 4, 2]", RAISES)
def loops_over_rows_of_two(arrows, old, new, speed):
    moved = []
    for x, y in arrows.tolist():
        length, angle = math.hypot(x, y), math.atan2(y, x) + (new - old) * speed
        moved.append([length * math.cos(angle), length * math.sin(angle)])
    return moved


@wrong("move", "Where does new come in?")
def only_undoes_the_old_turn(arrows, old, new, speed):
    return turn(arrows, -old * speed)


@wrong("move", "You always turn forward")
def drops_the_sign_of_the_step(arrows, old, new, speed):
    return turn(arrows, abs(old - new) * speed)


@wrong("move", "Can it be turned back, too?")
def steps_forward_only(arrows, old, new, speed):
    while old < new:
        arrows = turn(arrows, min(1, new - old) * speed)
        old += 1
    return arrows


@wrong("move", "where does the rest go?")
def divides_the_step_whole(arrows, old, new, speed):
    return turn(arrows, (new - old) // 1 * speed)


@wrong("move", "the result for `speed` times 2π")
def takes_speed_for_turns(arrows, old, new, speed):
    return turn(arrows, math.tau * speed * (new - old))


@wrong("move", "the result for `old + 1`")
def stops_one_short(arrows, old, new, speed):
    return turn(arrows, (new - 1 - old) * speed)


@wrong("move", "after how much does an arrow come back?")
def wraps_at_half_a_turn(arrows, old, new, speed):
    return turn(arrows, math.fmod((new - old) * speed + 10 * math.pi, math.pi))


@wrong("move", "a mirror, not a turn")
def mirrors(arrows, old, new, speed):
    a = (new - old) * speed
    mirror = torch.tensor([[math.cos(a), -math.sin(a)], [-math.sin(a), -math.cos(a)]])
    return arrows @ mirror.T


@wrong("move", "How do they get the shape asked for?", WRONG_FORM)
def flattens_to_rows(arrows, old, new, speed):
    return turn(arrows.reshape(-1, 2), (new - old) * speed)


@wrong("move", "Your function returns nothing", WRONG_FORM)
def has_nothing_to_do_where_nothing_moves(arrows, old, new, speed):
    if new != old:
        return turn(arrows, (new - old) * speed)


@wrong("move", "the page cannot make a tensor", WRONG_FORM)
def returns_a_list_of_rows(arrows, old, new, speed):
    return [turn(row, (new - old) * speed) for row in arrows]


@wrong("move", "ends the whole program", RAISES)
def exits(arrows, old, new, speed):
    raise SystemExit


@wrong("move", "In `new * speed - old`, what does it multiply?")
def forgets_the_brackets(arrows, old, new, speed):
    return turn(arrows, new * speed - old)


@wrong("move", "You threw away where the arrow points")
def starts_from_the_x_axis(arrows, old, new, speed):
    size, angle = arrows.norm(dim=-1), new * speed
    return torch.stack((size * math.cos(angle), size * math.sin(angle)), -1)


@wrong("move", "`asin` knows half of the circle")
def asks_asin(arrows, old, new, speed):
    size = arrows.norm(dim=-1)
    angle = torch.asin(arrows[..., 1] / size) + (new - old) * speed
    return torch.stack((size * angle.cos(), size * angle.sin()), -1)


@wrong("move", "You cut all numbers of all arrows into two halves")
def cuts_all_in_two(arrows, old, new, speed):
    x, y = arrows.reshape(-1).chunk(2)
    return turn(torch.stack((x, y), -1), (new - old) * speed).T.reshape(arrows.shape)


@wrong("move", "Positions begin anew after 512")
def begins_anew_after_512(arrows, old, new, speed):
    return turn(arrows, (new % 512 - old) * speed)


@wrong("move", "What happens to a long way")
def takes_no_long_way(arrows, old, new, speed):
    return turn(arrows, (min(new, 900) - old) * speed)


@wrong("move", "To position 0 it goes wrong")
def takes_0_for_no_position(arrows, old, new, speed):
    return turn(arrows, ((new or old) - old) * speed)


@wrong("move", "(1, 0) is right already")
def leaves_out_the_left(arrows, old, new, speed):
    return torch.where(arrows[..., :1] < 0, arrows, turn(arrows, (new - old) * speed))


@wrong("move", "are made whole")
def makes_positions_whole(arrows, old, new, speed):
    return turn(arrows, (int(new) - int(old)) * speed)


@wrong("move", "y came through as it was")
def turns_x_alone(arrows, old, new, speed):
    turned = turn(arrows, (new - old) * speed)
    return torch.stack((turned[..., 0], arrows[..., 1]), -1)


@wrong("move", "Is that the axis that you mean?", RAISES)
def indexes_the_second_axis(arrows, old, new, speed):
    c, s = math.cos((new - old) * speed), math.sin((new - old) * speed)
    x, y = arrows[:, 0], arrows[:, 1]
    return torch.stack((x * c - y * s, x * s + y * c), 1)


# --- 01.2 find_offset ---


def scores(angles, speeds, length):
    return (torch.arange(length)[:, None] * speeds - angles).cos()


@wrong("find_offset", "the fast pair fits")
def asks_the_fast_pair(angles, speeds, length):
    return scores(angles, speeds, length)[:, 0].argmax()


@wrong("find_offset", "Who can see single steps?")
def asks_the_slow_pair(angles, speeds, length):
    return scores(angles, speeds, length)[:, -1].argmax()


@wrong("find_offset", "You divided the slowest pair's angle by its speed")
def divides(angles, speeds, length):
    return round((angles[-1] / speeds[-1]).item())


@wrong("find_offset", "You divided the slowest pair's angle by its speed.")
def divides_within_a_turn(angles, speeds, length):
    return round(((angles[-1] / speeds[-1]) % (2 * math.pi / speeds[-1])).item())


@wrong("find_offset", "You compare angles as plain numbers")
def compares_as_numbers(angles, speeds, length):
    return (torch.arange(length)[:, None] * speeds - angles).abs().sum(1).argmin()


@wrong("find_offset", "on the circle?")
def wraps_one_side(angles, speeds, length):
    shown = (torch.arange(length)[:, None] * speeds) % (2 * math.pi)
    return (shown - angles).abs().sum(1).argmin()


@wrong("find_offset", "How far is it from one to the other on the circle?")
def wraps_both_sides(angles, speeds, length):
    shown = (torch.arange(length)[:, None] * speeds) % (2 * math.pi)
    return (shown - angles % (2 * math.pi)).abs().sum(1).argmin()


@wrong("find_offset", "fits worst of all")
def takes_the_smallest(angles, speeds, length):
    return scores(angles, speeds, length).sum(1).argmin()


@wrong("find_offset", "angles of the opposite sign")
def has_the_sign_wrong(angles, speeds, length):
    return scores(-angles, speeds, length).sum(1).argmax()


@wrong("find_offset", "one is asked for", WRONG_FORM)
def returns_all_scores(angles, speeds, length):
    return scores(angles, speeds, length).sum(1)


def wrapped(angles):
    return (angles + math.pi) % (2 * math.pi) - math.pi


@wrong("find_offset", "There, 3.1 and −3.1 look far apart")
def wraps_what_is_shown_alone(angles, speeds, length):
    shown = wrapped(torch.arange(length)[:, None] * speeds)
    return (shown - angles).square().sum(1).argmin()


@wrong("find_offset", "You never try offset 0")
def begins_at_one(angles, speeds, length):
    return min(range(1, length), key=lambda o: (1 - (o * speeds - angles).cos()).sum().item())


@wrong("find_offset", "Where does your range end?")
def ends_before_the_last(angles, speeds, length):
    return scores(angles, speeds, length)[:-1].sum(1).argmax()


@wrong("find_offset", "The last one is length − 1")
def tries_the_length_itself(angles, speeds, length):
    return wrapped(torch.arange(length + 1)[:, None] * speeds - angles).abs().sum(1).argmin()


@wrong("find_offset", "You try 512 offsets")
def has_512_offsets(angles, speeds, length):
    return scores(angles, speeds, 512).sum(1).argmax()


@wrong("find_offset", "You compare cosines alone")
def compares_cosines(angles, speeds, length):
    shown = torch.arange(length)[:, None] * speeds
    return (shown.cos() - angles.cos()).abs().sum(1).argmin().item()


@wrong("find_offset", "You compare sines alone")
def compares_sines(angles, speeds, length):
    shown = torch.arange(length)[:, None] * speeds
    return (shown.sin() - angles.sin()).square().sum(1).argmin().item()


@wrong("find_offset", "You count offsets from 1")
def counts_from_one(angles, speeds, length):
    return scores(angles, speeds, length).sum(1).argmax().item() + 1


@wrong("find_offset", "A later one may fit better")
def takes_the_first_within_the_error(angles, speeds, length):
    off = wrapped(torch.arange(length)[:, None] * speeds - angles).abs()
    return next(o for o in range(length) if off[o].max() <= 0.1001)


@wrong("find_offset", "A key never stands after its query")
def looks_behind_and_ahead(angles, speeds, length):
    offsets = torch.arange(-length, length)
    return offsets[(offsets[:, None] * speeds - angles).cos().sum(1).argmax()].abs().item()


@wrong("find_offset", "without the brackets", WRONG_FORM)
def returns_it_in_a_list(angles, speeds, length):
    return [scores(angles, speeds, length).sum(1).argmax().item()]


@wrong("find_offset", "Your function returns nothing", WRONG_FORM)
def returns_nothing_at_offset_zero(angles, speeds, length):
    return scores(angles, speeds, length).sum(1).argmax().item() or None


@right("find_offset")
def by_the_largest_miss(angles, speeds, length):
    return wrapped(torch.arange(length)[:, None] * speeds - angles).abs().amax(1).argmin()


@right("find_offset")
def with_the_distance_on_the_circle(angles, speeds, length):
    best, smallest = None, math.inf
    for offset in range(length):
        distance = 0.0
        for angle, speed in zip(angles.tolist(), speeds.tolist()):
            apart = (offset * speed - angle) % (2 * math.pi)
            distance += min(apart, 2 * math.pi - apart)
        if distance < smallest:
            best, smallest = offset, distance
    return best


@right("find_offset")
def with_numpy_and_complex_numbers(angles, speeds, length):
    shown = np.exp(1j * np.arange(length)[:, None] * speeds.numpy())
    return np.abs(shown - np.exp(1j * angles.numpy())).sum(1).argmin()


@right("find_offset")
def with_squares_and_a_tensor_of_one(angles, speeds, length):
    apart = torch.arange(length)[:, None] * speeds - angles
    wrapped = torch.atan2(apart.sin(), apart.cos())
    return wrapped.square().sum(1, keepdim=True).argmin(0).float()


@wrong("find_offset", "You multiplied what the pairs are off by")
def multiplies_over_pairs(angles, speeds, length):
    off = wrapped(torch.arange(length)[:, None] * speeds - angles).abs()
    return off.prod(-1).argmin().item()


@wrong("find_offset", "at which the fastest pair fits")
def takes_the_first_of_the_fast_pair(angles, speeds, length):
    off = wrapped(torch.arange(length) * speeds[0] - angles[0]).abs()
    return next((i for i, x in enumerate(off.tolist()) if x <= 0.1), 0)


@wrong("find_offset", "You return how far off the best offset is")
def returns_how_well_it_fits(angles, speeds, length):
    return scores(angles, speeds, length).sum(1).max().item()


@wrong("find_offset", "You leave out the fastest pair")
def leaves_out_the_fastest(angles, speeds, length):
    off = wrapped(torch.arange(length)[:, None] * speeds - angles).abs()
    return off[:, 1:].sum(-1).argmin().item()


@wrong("find_offset", "no more offsets than some fixed number")
def stops_at_1000(angles, speeds, length):
    return scores(angles, speeds, min(length, 1000)).sum(1).argmax().item()


@wrong("find_offset", "Your function returns nothing", WRONG_FORM)
def asks_for_too_much(angles, speeds, length):
    off = wrapped(torch.arange(length)[:, None] * speeds - angles).abs().amax(-1)
    return off.argmin().item() if off.min() <= 0.045 else None


def misses(angles, speeds, length):
    return torch.arange(length)[:, None] * speeds - angles


@wrong("find_offset", "Your list begins with offset 1")
def returns_the_place_in_its_list(angles, speeds, length):
    return int(misses(angles, speeds, length + 1)[1:].cos().sum(1).argmax())


@wrong("find_offset", "the absolute value of a complex sum")
def takes_the_size_of_a_complex_sum(angles, speeds, length):
    return int(torch.exp(1j * misses(angles, speeds, length)).sum(1).abs().argmax())


@wrong("find_offset", "half precision")
def works_in_bfloat16(angles, speeds, length):
    offsets = torch.arange(length).bfloat16()[:, None]
    off = offsets * speeds.bfloat16() - angles.bfloat16()
    return int(off.cos().sum(1).argmax())


# --- 01.3 score_by_offset ---


def complex_halves(x):
    half = len(x) // 2
    return torch.complex(x[:half], x[half:])


def pair_scores(q, k, speeds, offsets):
    q, k = complex_halves(q), complex_halves(k)
    return (q * k.conj() * torch.exp(1j * offsets[:, None] * speeds)).real


@wrong("score_by_offset", "Is α the angle of q less that of k")
def has_alpha_the_wrong_way(q, k, speeds, offsets):
    return pair_scores(k, q, speeds, offsets).sum(1)


@wrong("score_by_offset", "You paired neighbours")
def pairs_neighbours(q, k, speeds, offsets):
    order = torch.arange(len(q)).view(-1, 2).T.flatten()
    return pair_scores(q[order], k[order], speeds, offsets).sum(1)


@wrong("score_by_offset", "where do their lengths come in?")
def forgets_the_lengths(q, k, speeds, offsets):
    q, k = complex_halves(q), complex_halves(k)
    return (q.angle() - k.angle() + offsets[:, None] * speeds).cos().sum(1)


@wrong("score_by_offset", "A dot product is a sum")
def takes_the_mean(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).mean(1)


@wrong("score_by_offset", "What makes one score of them?")
def keeps_the_pairs_apart(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets)


@wrong("score_by_offset", "Which axis is which?")
def sums_over_offsets(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).sum(0)


@wrong("score_by_offset", "Does the angle know the offset, or do q and k both turn by it?")
def never_turns(q, k, speeds, offsets):
    return (q @ k).expand(len(offsets))


@wrong("score_by_offset", "as if they pointed the same way")
def forgets_alpha(q, k, speeds, offsets):
    lengths = complex_halves(q).abs() * complex_halves(k).abs()
    return (lengths * (offsets[:, None] * speeds).cos()).sum(1)


@wrong("score_by_offset", "the plain dot product")
def divides_by_the_root(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).sum(1) / math.sqrt(len(q))


@wrong("score_by_offset", "sines where the score has cosines")
def confuses_sine_and_cosine(q, k, speeds, offsets):
    q, k = complex_halves(q), complex_halves(k)
    return (q * k.conj() * torch.exp(1j * offsets[:, None] * speeds)).imag.sum(1)


@wrong("score_by_offset", "no sines")
def keeps_cosines_only(q, k, speeds, offsets):
    (a, b), (c, d) = q.chunk(2), k.chunk(2)
    return (offsets[:, None] * speeds).cos() @ (a * c + b * d)


@wrong("score_by_offset", "both its parts added")
def slips_a_sign(q, k, speeds, offsets):
    (a, b), (c, d) = q.chunk(2), k.chunk(2)
    t = offsets[:, None] * speeds
    return t.cos() @ (a * c + b * d) + t.sin() @ (a * d + b * c)


@wrong("score_by_offset", "which of the two is conjugated?")
def forgets_to_conjugate(q, k, speeds, offsets):
    turns = torch.exp(1j * offsets[:, None] * speeds)
    return (complex_halves(q) * complex_halves(k) * turns).real.sum(1)


@wrong("score_by_offset", "You counted the offsets anew")
def counts_offsets_itself(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, torch.arange(len(offsets))).sum(1)


@wrong("score_by_offset", "`offsets` might as well have no sign")
def looks_back_only(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets.abs()).sum(1)


@wrong("score_by_offset", "`offsets` is cut to a whole number")
def stands_on_whole_positions(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets.int()).sum(1)


@wrong("score_by_offset", "the result for `offsets + 1`")
def begins_at_offset_one(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets + 1).sum(1)


@wrong("score_by_offset", "stays the same when `speeds` changes")
def makes_its_own_speeds(q, k, speeds, offsets):
    pairs = len(q) // 2
    return pair_scores(q, k, 10_000.0 ** (-torch.arange(pairs) / pairs), offsets).sum(1)


@wrong("score_by_offset", "and not with q of shape [6]", RAISES)
def has_32_pairs(q, k, speeds, offsets):
    t = offsets[:, None] * speeds
    dot, cross = q[:32] * k[:32] + q[32:] * k[32:], q[:32] * k[32:] - q[32:] * k[:32]
    return t.cos() @ dot + t.sin() @ cross


@wrong("score_by_offset", "How do they get the shape asked for?", WRONG_FORM)
def returns_a_column(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).sum(1, keepdim=True)


@wrong("score_by_offset", "`speeds` in reverse order")
def has_the_slowest_first(q, k, speeds, offsets):
    return pair_scores(q, k, speeds.flip(0), offsets).sum(1)


@wrong("score_by_offset", "Some of your pairs are half a turn off")
def asks_atan_of_a_ratio(q, k, speeds, offsets):
    (a, b), (c, d) = q.chunk(2), k.chunk(2)
    alpha = (b / a).atan() - (d / c).atan()
    return (torch.hypot(a, b) * torch.hypot(c, d) * (alpha + offsets[:, None] * speeds).cos()).sum(
        1
    )


@right("score_by_offset")
def with_complex_pairs(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).sum(1)


@right("score_by_offset")
def by_turning_the_query_alone(q, k, speeds, offsets):
    angle = offsets[:, None] * speeds
    first, second = q.chunk(2)
    turned = torch.cat(
        (first * angle.cos() - second * angle.sin(), second * angle.cos() + first * angle.sin()), 1
    )
    return turned @ k


@right("score_by_offset")
def with_loops_and_python_numbers(q, k, speeds, offsets):
    curve = []
    for offset in offsets.tolist():
        total = 0.0
        for i, speed in enumerate(speeds.tolist()):
            other = i + len(speeds)
            a, b = complex(q[i], q[other]), complex(k[i], k[other])
            total += abs(a) * abs(b) * math.cos(cmath.phase(a) - cmath.phase(b) + offset * speed)
        curve.append(total)
    return curve


@right("score_by_offset")
def with_numpy_in_float32(q, k, speeds, offsets):
    q, k = (np.float32(x).reshape(2, -1) for x in (q, k))
    dot, cross = (q * k).sum(0), q[1] * k[0] - q[0] * k[1]
    angle = np.outer(offsets, speeds)
    return np.cos(angle) @ dot - np.sin(angle) @ cross


@wrong("score_by_offset", "You divided by 8")
def divides_by_8(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).sum(1) / 8


@wrong("score_by_offset", "You cut negative scores to 0")
def keeps_what_is_positive(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).sum(1).relu()


@wrong("score_by_offset", "You took the score of the first offset away")
def starts_at_zero(q, k, speeds, offsets):
    scores = pair_scores(q, k, speeds, offsets).sum(1)
    return scores - scores[0]


@wrong("score_by_offset", "You sorted the offsets")
def sorts_the_offsets(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets.sort().values).sum(1)


@wrong("score_by_offset", "Your α has no sign")
def asks_acos(q, k, speeds, offsets):
    (a, b), (c, d) = q.chunk(2), k.chunk(2)
    sizes = torch.hypot(a, b) * torch.hypot(c, d)
    alpha = ((a * c + b * d) / sizes).clamp(-1, 1).acos()
    return (sizes * (alpha + offsets[:, None] * speeds).cos()).sum(1)


@wrong("score_by_offset", "`q` is cast to bfloat16", WRONG_PRECISION)
def has_all_in_bfloat16(q, k, speeds, offsets):
    return pair_scores(*(x.bfloat16().float() for x in (q, k, speeds, offsets))).sum(1)


@wrong("score_by_offset", "Here are two, and their scores are added")
def takes_the_best_pair(q, k, speeds, offsets):
    return pair_scores(q, k, speeds, offsets).amax(1)


def by_angles(q, k, angles):
    q, k = (torch.complex(*x.chunk(2)) for x in (q, k))
    return (q * k.conj() * torch.polar(torch.ones_like(angles), angles)).real.sum(1)


@wrong("score_by_offset", "You divided the offsets by the speeds")
def divides_by_speeds(q, k, speeds, offsets):
    return by_angles(q, k, offsets[:, None] / speeds)


@wrong("score_by_offset", "With whole numbers as offsets")
def casts_speeds_to_the_dtype_of_offsets(q, k, speeds, offsets):
    return by_angles(q, k, (offsets[:, None] * speeds.to(offsets.dtype)).float())


@right("score_by_offset")
def multiplies_as_matrices_of_one_dtype(q, k, speeds, offsets):
    return by_angles(q, k, offsets[:, None] @ speeds[None])


# --- pictures ---

TURNED = {(3, 0): ((1.0, 0.2), (0.5, -0.5), 0.4), (5, 2): ((-0.2, 1.0), (0.5, 0.5), 0.4)}

PICTURES = {
    "01.turned_arrows": lambda: lesson_01.turned_arrows(TURNED),
    "01.two_arrows": lambda: lesson_01.two_arrows(dict([*TURNED.items()][:1])),
    "01.score_maps": lambda: lesson_01.score_maps({"added": np.eye(32), "turned": np.eye(32)}),
    "01.fast_and_slow": lambda: lesson_01.fast_and_slow(
        np.cos(np.arange(50)),
        np.cos(np.arange(50) / 100),
        np.cos(np.linspace(0, 49, 99)),
    ),
    "01.before_and_after": lambda: lesson_01.before_and_after(
        ((1.2, 0.5), (0.8, -0.6)), ((-0.4, 1.2), (1.0, -0.1))
    ),
}
