"""Mail that a provider hands over by calling us: Amazon SES, Mailgun, Postmark, SendGrid.

A provider's module has `is_on()`, whether the site has its secret; `deliveries(call)`, the mails of
a call that was proved to be the provider's; and `TOO_LARGE`, the status by which the provider
understands that the mail is not to be sent again.
"""
