import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_worker.nets.tokenizer import (
    BEGIN,
    END,
    FIRST_WORD,
    PAD,
    SPELT,
    Tokenizer,
    _placed_pieces,
    known_words,
    pieces,
)


@pytest.fixture
def tokenizer():
    return Tokenizer(["cat", "red", "a"], window=12)


def test_known_words_are_one_token_each_whatever_their_case(tokenizer):
    tokens = tokenizer.encode("A RED cat")
    assert tokens.ids[:5] == (BEGIN, FIRST_WORD + 2, FIRST_WORD + 1, FIRST_WORD, END)
    assert tokens.ids[5:] == (PAD,) * 7
    assert (tokens.length, tokens.dropped) == (5, 0)


def test_unknown_words_are_spelt_and_do_not_run_together(tokenizer):
    assert tokenizer.decode(tokenizer.encode("ab cd").ids) == "ab cd"
    assert tokenizer.encode("ab cd").ids != tokenizer.encode("abcd").ids
    assert tokenizer.encode("ab").ids.count(SPELT) == 1


def test_other_scripts_and_signs_are_spelt(tokenizer):
    assert tokenizer.decode(tokenizer.encode("犬!").ids) == "犬 !"
    assert tokenizer.decode(tokenizer.encode("🐕").ids) == "🐕"


def test_what_is_beyond_the_window_is_cut_by_whole_words_and_counted(tokenizer):
    tokens = tokenizer.encode("cat " * 8 + "abc cat cat")
    assert len(tokens.ids) == 12
    assert tokens.length == 10  # eight cats between begin and end; "abc" would need four places
    assert tokens.dropped == 6
    assert tokens.ids[9] == END


@pytest.mark.parametrize(
    ("sentence", "unread"),
    [
        ("cat " * 10, ""),
        ("cat " * 10 + " Cat\t RED ", "Cat\t RED"),
        ("cat " * 8 + "cat,cat!cat, a", ",cat!cat, a"),
        ("cat " * 9 + "Ünbekannt cat", "Ünbekannt cat"),
        # Looking up makes three letters of one sign, so the whole word counts as unread.
        ("cat " * 9 + "cat㎏cat a", "cat㎏cat a"),
    ],
)
def test_what_is_not_read_is_named_as_it_was_typed(tokenizer, sentence, unread):
    tokens = tokenizer.encode(sentence)
    assert tokens.unread == unread
    assert bool(tokens.unread) == bool(tokens.dropped)


@given(st.text(max_size=60))
def test_reading_word_by_word_reads_the_same(text):
    tokenizer = Tokenizer(["cat"], window=16)
    tokens, all_of_it = tokenizer.encode(text), Tokenizer(["cat"], window=2000).encode(text)
    assert tokens.length - 2 + tokens.dropped == all_of_it.length - 2
    assert text.rstrip().endswith(tokens.unread)
    assert list(pieces(text)) == [piece for _, piece in _placed_pieces(text)]


def test_a_thousand_characters_fit_any_window():
    tokens = Tokenizer(known_words(), window=64).encode("x" * 1000)
    assert (tokens.length, tokens.dropped) == (2, 1001)


@given(st.text(max_size=200))
def test_any_text_gives_a_full_window_of_known_ids(text):
    tokenizer = Tokenizer(["cat"], window=16)
    tokens = tokenizer.encode(text)
    assert len(tokens.ids) == 16
    assert all(0 <= token < tokenizer.size for token in tokens.ids)
    assert tokens.ids[0] == BEGIN
    assert tokens.ids[tokens.length - 1] == END
    assert set(tokens.ids[tokens.length :]) <= {PAD}
    assert tokens == tokenizer.encode(text)


def test_the_shipped_words_are_distinct_and_lower_case():
    words = known_words()
    assert len(set(words)) == len(words)
    assert Tokenizer(words, 64).words == words


def test_a_window_without_room_is_refused():
    with pytest.raises(ValueError, match="window"):
        Tokenizer([], window=2)
