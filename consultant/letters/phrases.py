"""What mail programs, gateways and lawyers put into mails, as patterns of a line or paragraph.

Seen in Gmail, Outlook (desktop, web, phones), Apple Mail, Yahoo Mail, Thunderbird and Proton Mail,
in English, and where they are set to Spanish, French, German, Portuguese or Italian.
"""

import re


def _pattern(*alternatives: str, flags: int = re.I) -> re.Pattern:
    return re.compile(rf"\W*(?:{'|'.join(alternatives)})\W*", flags)


# Above a forwarded mail.
FORWARDED = _pattern(
    r"-{3,} ?Forwarded [Mm]essage(?: from .{1,80}| by .{1,80})? ?-{3,}",
    r"Begin forwarded message ?:",
    r"-{3,} ?Mensaje reenviado ?-{3,}",
    r"-{3,} ?Message transféré ?-{3,}",
    flags=0,
)
# Above what stood in the mail before.
ORIGINAL = _pattern(
    r"-{2,} ?Original (?:Message|Appointment|e-?mail) ?-{2,}",
    r"-{2,} ?(?:Mensaje original|Message d'origine|Ursprüngliche Nachricht|Reply message) ?-{2,}",
)
# "On Mon, Nov 2, 2026 at 9:14 AM Jane Doe <jane@example.org> wrote:"
WROTE = re.compile(
    r"\W*(?:On\b.{6,300}\bwrote|El\b.{6,300}\bescribió|Le\b.{6,300}\ba écrit"
    r"|Am\b.{6,300}\bschrieb\b.{0,80}|Em\b.{6,300}\bescreveu|Il\b.{6,300}\bha scritto"
    r"|\d{4}[-/]\d\d?[-/]\d\d?.{6,200}<\S+@\S+>) ?[::]\W*"
)
WROTE_BEGINS = re.compile(r"\W*(?:On|El|Le|Am|Em|Il)\b.*\d")
# What a program writes there and a person hardly ever: an address, a time of day.
OF_PROGRAM = re.compile(r"<?\S+@\S+>?|\b\d{1,2}[:.h]\d\d\b")
# A line of the block with which Outlook begins what stood before.
HEADER_LINE = re.compile(
    r"\W{0,3}(?P<label>From|Sent|Date|To|Cc|Bcc|Subject|Reply-To|Importance|Attachments"
    r"|De|Enviado(?: el)?|Fecha|Para|Asunto|Envoyé|À|Objet|Von|Gesendet|Datum|An|Betreff)"
    r"\*{0,2} ?:\*{0,2}\s",
    re.I,
)
FROM = frozenset({"from", "de", "von"})
WHEN = frozenset({"sent", "date", "enviado", "enviado el", "fecha", "envoyé", "gesendet", "datum"})
WHOM = frozenset({"to", "subject", "para", "asunto", "à", "objet", "an", "betreff"})
# The last line of a mail from a phone.
PHONE = _pattern(
    r"(?:Sent|Enviado|Envoyé|Gesendet|Inviato) (?:from|desde|de|von|da) (?:my|mi|mon|meinem|mio"
    r"|an? |the all|Mail\b|Outlook|Yahoo|Proton|Samsung|AOL|Gmail|Windows|Fastmail|Spark).{0,80}",
    r"Sent (?:via|with|using) (?:the )?(?:Samsung|Proton|Spark|Airmail|BlackBerry|Superhuman"
    r"|Shortwave|Canary|Front|Missive|Verizon|T-Mobile|AT&T).{0,80}",
    r"Get Outlook for (?:iOS|Android|Mac|Windows).{0,80}",
    r"Yahoo Mail: Search, Organize.{0,80}",
)
# Above a name at the end.
CLOSING = _pattern(
    r"(?:many |with )?(?:thanks|thank you|thx|ty)"
    r"(?: (?:so|very) much| again| in advance| a lot| and .{1,30}| for .{1,40})?",
    r"(?:all the |with )?(?:best|kind(?:est)?|warm(?:est)?)(?: (?:regards|wishes))?",
    r"regards|sincerely(?: yours)?|respectfully|cheers|yours (?:truly|sincerely)|v/?r|take care",
    r"(?:un )?saludos?|(?:muchas )?gracias|atentamente",
)
# How the paragraphs begin that lawyers put below mails, and how these go on.
NOTICE = _pattern(
    r"confidentiality (?:notice|note|statement|warning)",
    r"notice of confidentiality|disclaimer\b",
    r"(?:privileged|private)(?: and|,) confidential|confidential(?: information)?\W",
    r"legal (?:notice|disclaimer)|HIPAA (?:notice|privacy|confidentiality)",
    r"(?:important|notice|note|warning)\W{1,3}(?:this|the information|the contents)"
    r" .{0,60}(?:e-?mail|message|communication|transmission)",
    r"(?:this|the (?:information|contents?|documents?)\b.{0,60}\bth(?:is|e))"
    r" (?:e-?mail|electronic|message|communication|transmission|correspondence|fax)\b"
    r".{0,300}\b(?:confidential|privileged|intended|solely|recipient|protected)",
    r"please consider the environment|virus-free\b|this e-?mail has been (?:scanned|checked)",
)
NOTICE_GOES_ON = _pattern(
    r"if you (?:are not|have received|received|believe)",
    r"(?:any )?(?:unauthorized|review|dissem|use|disclos)",
    r"please (?:consider|notify|delete)|thank you for your cooperation|although ",
    r"no (?:warranty|liability)|computer viruses|www\.avast|the sender ",
)
# What gateways put above mails from outside.
BANNER = _pattern(
    r"(?:caution|warning|external|alert)\b.{0,60}"
    r"\b(?:external|outside|originat|not click|unknown sender).*",
    r"\[?external(?: e-?mail| sender)?\]?",
    r"you don['’]t often get e-?mail from.*",
)
BANNER_GOES_ON = _pattern(
    r"(?:please )?(?:do not|don['’]t|never|unless|only|be (?:careful|cautious)|exercise|if you"
    r"|links|attachments|or open|opening|recognize|you recognize|sender|the sender|learn why"
    r"|is safe|content is safe|know the content|and know)\b.*",
)
