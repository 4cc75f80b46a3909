"""The state of an editors' text as a badge."""

from django import template

from codes.admin.state_badge import state_badge

register = template.Library()
register.simple_tag(state_badge)
