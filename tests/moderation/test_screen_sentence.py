import os
from pathlib import Path

import pytest
from pytest_django import Settings

from moderation.services import screen_sentence

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(settings: Settings) -> Path:
    file: Path = settings.BLOCKED_WORDS_FILE
    file.write_text("# comment\nbadger\nsour  Milk # two words\n\n")
    return file


def test_without_a_list_everything_is_allowed() -> None:
    assert screen_sentence(text="a badger").allowed


@pytest.mark.parametrize(
    "text",
    ["a badger", "A BADGER!", "bad\u200bger", "ｂａｄｇｅｒ", "bádger", "sour milk", "SOUR\n milk", "a (badger)"],
)
def test_listed_words_are_found_however_they_are_dressed(words: Path, text: str) -> None:
    assert not screen_sentence(text=text).allowed


@pytest.mark.parametrize("text", ["badgers", "unbadgered", "sour", "milk sour", "# comment", "two words"])
def test_other_words_are_left_alone(words: Path, text: str) -> None:
    assert screen_sentence(text=text).allowed


def test_the_words_found_are_named(words: Path) -> None:
    assert screen_sentence(text="a badger in sour milk").words == ("badger", "sour milk")


def test_a_changed_list_holds_at_once(words: Path) -> None:
    assert screen_sentence(text="an otter").allowed
    words.write_text("otter\n")
    os.utime(words, ns=(1, 1))
    assert not screen_sentence(text="an otter").allowed
    assert screen_sentence(text="a badger").allowed
