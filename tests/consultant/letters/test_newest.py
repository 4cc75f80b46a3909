import pytest

from consultant.letters.letter import read_letter
from tests.consultant.letters.mails import SAMPLES, Sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_new_words_of_a_mail_are_found(sample: Sample):
    assert read_letter(sample.raw()).newest_text == sample.new
