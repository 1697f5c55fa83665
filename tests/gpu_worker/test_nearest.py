import unicodedata

import pytest

from gpu_worker.nets.nearest import TABLE, readings, table
from gpu_worker.nets.tokenizer import BEGIN, END, Tokenizer, known_words, pieces


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(known_words(), window=64)


def read(tokenizer, sentence):
    return tokenizer.decode(tokenizer.encode(sentence).ids)


@pytest.mark.parametrize(
    ("typed", "is_read"),
    [
        ("a kitten on the couch", "a cat on the sofa"),
        ("two Puppies in an AUTOMOBILE", "two dogs in an car"),
        ("a crimson motorbike at twilight", "a crimson motorcycle at dusk"),
        ("a fire engine", "a fire truck"),
        ("a drawing by van gough", "a drawing by van gogh"),
        ("a gloomy lady", "a gloomy woman"),
        ("monochrome kayak", "black and white canoe"),
        ("a manga pony", "a comic horse"),
    ],
)
def test_near_english_words_are_read_as_known_ones(tokenizer, typed, is_read):
    assert read(tokenizer, typed) == is_read


@pytest.mark.parametrize(
    ("typed", "is_read"),
    [
        ("ein gelber Astronaut auf einem Skateboard", "a yellow astronaut on a skateboard"),
        ("un chien bleu sur la plage", "a dog blue on the beach"),
        ("l'éléphant et l’oiseau", "the elephant and the bird"),
        ("un gato negro con gafas de sol", "a black cat with pair of sunglasses"),
        ("un cavallo rosso nella foresta", "a horse red in the forest"),
        ("um cachorro amarelo", "a dog yellow"),
        ("een gele vis", "a yellow fish"),
        ("czerwony smok", "red dragon"),
        ("рыжая лиса в лесу", "orange fox in forest"),
        ("синій слон", "blue elephant"),
        ("en röd räv", "en red fox"),
        ("黄色的宇航员骑着滑板", "yellow astronaut riding skateboard"),
        ("一只穿着红色外套的狗在雪中", "a wearing red coat dog in snow"),
        ("une maison peinte par Picasso", "a house painted by picasso"),
        ("スケートボードに乗っている黄色い猫", "skateboard riding yellow cat"),
        ("빨간 고양이가 해변에서", "red cat beach"),
    ],
)
def test_other_languages_are_read_word_by_word(tokenizer, typed, is_read):
    assert read(tokenizer, typed) == is_read


@pytest.mark.parametrize(
    ("typed", "is_read"),
    [
        ("🐶", "dog"),
        ("a 🦊 on a 🛹", "a fox on a skateboard"),
        ("❤️", "heart"),
        ("❤", "heart"),
        ("👩🏽‍🚀", "woman astronaut"),
        ("👮🏿", "police officer"),
        ("🐱🐭", "cat mouse"),
        ("🌊🌅", "wave sunrise"),
    ],
)
def test_emoji_are_read_as_their_subjects_whatever_their_skin_and_variation(tokenizer, typed, is_read):
    assert read(tokenizer, typed) == is_read


def test_a_whole_phrase_is_read_before_its_words(tokenizer):
    assert read(tokenizer, "pomme de terre") == "potato"
    assert read(tokenizer, "pomme") == "apple"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("typed", "is_read"),
    [("ÉLÉPHANT", "elephant"), ("elephant", "elephant"), ("Löwe", "lion"), ("Loewe", "lion"), ("león", "lion")],
)
def test_case_and_the_way_of_writing_marks_make_no_difference(tokenizer, form, typed, is_read):
    assert read(tokenizer, unicodedata.normalize(form, typed)) == is_read


def test_a_sign_inside_an_unknown_joined_word_is_not_read_alone(tokenizer):
    """베개 is a pillow, 개 a dog."""
    assert read(tokenizer, "개") == "dog"
    assert read(tokenizer, "베개") == "베개"


def test_what_was_replaced_is_told_and_what_was_known_is_not(tokenizer):
    assert tokenizer.encode("a Kitten and a dog 🐶").replaced == (("kitten", "cat"), ("🐶", "dog"))
    assert tokenizer.encode("a red cat, please").replaced == ()
    assert tokenizer.encode("").replaced == ()


def test_what_does_not_fit_is_not_told(tokenizer):
    small = Tokenizer(known_words(), window=4)
    assert small.encode("puppy kitten pony").replaced == (("puppy", "dog"), ("kitten", "cat"))
    assert small.encode("puppy kitten pony").dropped == 1


def test_words_left_out_leave_no_token(tokenizer):
    assert tokenizer.encode("please").ids[:2] == (BEGIN, END)


def test_known_words_are_never_replaced(tokenizer):
    words = known_words()
    for word in words:
        assert [reading.words for reading in readings([word], set(words))] == [(word,)]
    sentence = " ".join(words)
    wide = Tokenizer(words, window=len(words) + 2).encode(sentence)
    assert wide.replaced == () and wide.dropped == 0
    assert not set(words) & set(table().words)


def test_an_older_checkpoint_reads_nothing_that_it_does_not_know():
    older = Tokenizer(["cat", "a"], window=32)
    assert older.decode(older.encode("a kitten").ids) == "a cat"
    tokens = older.encode("a puppy")
    assert older.decode(tokens.ids) == "a puppy" and tokens.replaced == ()


def test_every_target_is_known_and_every_line_in_its_normal_form():
    known = set(known_words())
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines, key=lambda line: line.split("\t"))
    for line in lines:
        said, read = line.split("\t")
        assert all(word in known or not word.isalnum() for word in read.split(" ") if word), line
        assert " ".join(pieces(said)) == said, line
        # Never known itself, so a target is never read again: no cycles.
        assert not all(word in known or (word.isascii() and not word.isalnum()) for word in said.split(" ")), line
    assert TABLE.stat().st_size < 400_000
    assert len({line.split("\t")[0] for line in lines}) == len(lines) == len(table().words)
