"""Requests of readers, as the meter sees them, and many of them at once."""

import threading

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from accounts import guest as guests


def request_of(user=None, *, guest=None, method="GET", **headers):
    """A request for a page by a member or, with `guest` or without anything, a guest."""
    request = RequestFactory().generic(method, "/codes/cpt/96522/", **headers)
    request.user = user or AnonymousUser()
    if guest:
        request.COOKIES[guests.COOKIE] = guest_cookie(guest)
    return request


def guest_cookie(guest) -> str:
    """The signed cookie of a guest, as a browser keeps it."""
    request = RequestFactory().get("/")
    request._guest = guest
    response = HttpResponse()
    guests.keep_guest(request, response)
    return response.cookies[guests.COOKIE].value


def at_once(work, arguments) -> list:
    """The results of `work` for each argument, each in its own thread, all let go together."""
    barrier = threading.Barrier(len(arguments), timeout=60)
    results = [None] * len(arguments)

    def run(position, argument):
        try:
            barrier.wait()
            results[position] = work(argument)
        except Exception as error:
            results[position] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(position, argument))
        for position, argument in enumerate(arguments)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors = [result for result in results if isinstance(result, Exception)]
    assert not errors, errors
    return results
