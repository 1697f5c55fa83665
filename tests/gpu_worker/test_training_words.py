from gpu_worker.training.words import missing_words


def test_words_said_often_and_not_known_are_added_the_most_frequent_first():
    said = ["a red Kitten", "two kittens, red", "a kitten", "kitten & kittens", "kittens", "rare", "3 3 3 3"]
    assert missing_words(said, ["a", "red"]) == ["kitten", "kittens"]
    assert missing_words(said, ["a", "red", "kitten", "kittens"]) == []
