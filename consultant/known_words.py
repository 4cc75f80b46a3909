"""What is no patient's in the words of a consultant: names and addresses of whoever writes."""

from email.utils import parseaddr

from django.conf import settings

from accounts.models import User
from assistant.cases import CheckedWords, checked_words
from consultant.models import CannedText, Thread


def checked(text: str, *, thread: Thread, author: User) -> CheckedWords:
    """What in a consultant's words looks like a patient's, and the words with it masked.

    The names and addresses of the member and of the consultant, those of the site, and what stands
    in a canned text are known.
    """
    found = checked_words(text)
    if not found.found:
        return found
    known = {*_of(thread.user), *_of(author), settings.CONSULTANT_ADDRESS}
    known.add(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    for canned in CannedText.objects.values_list("text", flat=True):
        known.update(each.words for each in checked_words(canned).found)
    return checked_words(text, known=known)


def _of(person: User) -> set[str]:
    names = {person.get_full_name(), person.first_name, person.last_name, person.email}
    return names - {""}
