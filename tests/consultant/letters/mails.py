"""Mails as programs write them, each with what its sender wrote; invented, shapes from life."""

from dataclasses import dataclass
from email.message import EmailMessage


def mail(
    text: str = "Is 99213 right for this visit?",
    *,
    html: str = "",
    subject: str = "A question",
    sender: str = "Jane Doe <jane@clinic.example>",
    to: str = "consult@codes.example.org",
    **headers: str,
) -> bytes:
    """A sound mail; headers with _ for -. `text` None: HTML alone."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 02 Nov 2026 09:14:00 -0500"
    message["Message-ID"] = "<one@clinic.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    if html:
        if text is None:
            message.set_content(html, subtype="html")
        else:
            message.add_alternative(html, subtype="html")
    return message.as_bytes()


@dataclass(frozen=True)
class Sample:
    """`text` and `html` as in the mail, `new` what its sender wrote."""

    name: str
    new: str
    text: str | None = None
    html: str = ""
    subject: str = "Re: Your question about 99213"

    def raw(self) -> bytes:
        return mail(self.text, html=self.html, subject=self.subject)


ASKED = "Can I bill 99213 with 20610 on the same day?"

SAMPLES = [
    Sample("Gmail reply", ASKED, f"""{ASKED}

On Mon, Nov 2, 2026 at 9:14 AM CasePilot <consult@codes.example.org> wrote:

> 99213 is an office visit.
> Ask a person: reply with "person".
>
"""),
    Sample("Gmail reply whose attribution is broken", ASKED, f"""{ASKED}

On Mon, Nov 2, 2026 at 9:14 AM CasePilot, the coding consultant of our site
<consult+k3j2h4g5f6d7s8a9@codes.example.org> wrote:

> 99213 is an office visit.
"""),
    Sample("Gmail reply in HTML alone", ASKED, None, f"""<div dir="ltr">{ASKED}</div><br>
<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Nov 2, 2026
at 9:14 AM CasePilot &lt;<a href="mailto:c@codes.example.org">c@codes.example.org</a>&gt; wrote:<br>
</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex"><div>99213 is an office visit.
</div></blockquote></div>"""),
    Sample("Gmail with its signature in HTML", ASKED, None, f"""<div dir="ltr"><div>{ASKED}</div>
<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr"
class="gmail_signature" data-smartmail="gmail_signature"><div>Jane Doe, CPC<br>Clinic of Springfield
<br>555-0100</div></div></div>"""),
    Sample("Outlook desktop reply", ASKED, f"""{ASKED}

Jane Doe, CPC
Billing manager

From: CasePilot <consult@codes.example.org>
Sent: Monday, November 2, 2026 9:14 AM
To: Jane Doe <jane@clinic.example>
Subject: RE: Your question about 99213

99213 is an office visit.
""".replace("Jane Doe, CPC\nBilling manager\n\n", "")),
    Sample("Outlook on the web", ASKED, f"""{ASKED}
________________________________
From: CasePilot <consult@codes.example.org>
Sent: Monday, November 2, 2026 9:14 AM
To: Jane Doe <jane@clinic.example>
Subject: Re: Your question about 99213

99213 is an office visit.
"""),
    Sample("Outlook on the web in HTML alone", ASKED, None, f"""<html><head><style>P {{margin:0}}</style>
</head><body dir="ltr"><div class="elementToProof" style="font-size:12pt">{ASKED}</div>
<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">
<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri" style="font-size:11pt"><b>From:</b> CasePilot
&lt;consult@codes.example.org&gt;<br><b>Sent:</b> Monday, November 2, 2026 9:14 AM<br><b>To:</b> Jane
Doe &lt;jane@clinic.example&gt;<br><b>Subject:</b> Re: Your question</font><div>&nbsp;</div></div>
<div>99213 is an office visit.</div></body></html>"""),
    Sample("Outlook desktop in HTML alone", ASKED, None, f"""<html xmlns:o="urn:schemas-microsoft-com:
office:office"><head><!--[if !mso]><style>v\\:*</style><![endif]--></head><body lang=EN-US><div
class=WordSection1><p class=MsoNormal>{ASKED}<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p
class=MsoNormal><b>From:</b> CasePilot &lt;consult@codes.example.org&gt; <br><b>Sent:</b> Monday,
November 2, 2026 9:14 AM<br><b>To:</b> Jane Doe &lt;jane@clinic.example&gt;<br><b>Subject:</b> RE: Your
question<o:p></o:p></p></div></div><p class=MsoNormal>99213 is an office visit.</p></div></body></html>"""),
    Sample("old Outlook", ASKED, f"""{ASKED}

-----Original Message-----
From: CasePilot [mailto:consult@codes.example.org]
Sent: Monday, November 02, 2026 9:14 AM
To: Jane Doe
Subject: RE: Your question

99213 is an office visit.
"""),
    Sample("Apple Mail reply", ASKED, f"""{ASKED}

> On Nov 2, 2026, at 9:14 AM, CasePilot <consult@codes.example.org> wrote:
>
> 99213 is an office visit.
"""),
    Sample("iPhone", ASKED, f"""{ASKED}

Sent from my iPhone

> On Nov 2, 2026, at 9:14 AM, CasePilot <consult@codes.example.org> wrote:
>
> \ufeff
> 99213 is an office visit.
"""),
    Sample("iPhone in HTML alone", ASKED, None, f"""<html><body dir="auto">{ASKED}<br><br><div
dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On Nov 2, 2026, at
9:14 AM, CasePilot &lt;consult@codes.example.org&gt; wrote:<br><br></blockquote></div><blockquote
type="cite"><div dir="ltr">99213 is an office visit.</div></blockquote></body></html>"""),
    Sample("Outlook for iOS", ASKED, f"""{ASKED}

Get Outlook for iOS<https://aka.ms/o0ukef>
________________________________
From: CasePilot <consult@codes.example.org>
Sent: Monday, November 2, 2026 9:14:02 AM
To: Jane Doe <jane@clinic.example>
Subject: Re: Your question

99213 is an office visit.
"""),
    Sample("Yahoo Mail without marks", ASKED, f"""{ASKED}

    On Monday, November 2, 2026 at 09:14:02 AM EST, CasePilot <consult@codes.example.org> wrote:

 99213 is an office visit.
"""),
    Sample("Yahoo Mail on Android", ASKED, f"""{ASKED}

Sent from Yahoo Mail on Android

  On Mon, Nov 2, 2026 at 9:14 AM, CasePilot<consult@codes.example.org> wrote:   99213 is an office
visit.
""".replace(":   99213", ":\n\n99213")),
    Sample("Yahoo Mail in HTML alone", ASKED, None, f"""<html><head></head><body><div class="ydp1yahoo-
style-wrap"><div dir="ltr">{ASKED}</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>
<div>On Monday, November 2, 2026 at 09:14:02 AM EST, CasePilot &lt;c@codes.example.org&gt; wrote:</div>
<div><br></div><div>99213 is an office visit.</div></div></div></body></html>"""),
    Sample("Samsung", ASKED, f"""{ASKED}

Sent from my Galaxy

-------- Original message --------
From: CasePilot <consult@codes.example.org>
Date: 11/2/26 9:14 AM (GMT-05:00)
To: Jane Doe <jane@clinic.example>
Subject: Re: Your question

99213 is an office visit.
"""),
    Sample("Thunderbird with a signature", ASKED, f"""{ASKED}

--\x20
Jane Doe, CPC
Springfield, IL 62704

On 11/2/26 9:14 AM, CasePilot wrote:
> 99213 is an office visit.
"""),
    Sample("the answer below the quote", ASKED, f"""On 11/2/26 9:14 AM, CasePilot wrote:
> 99213 is an office visit.
> Which joint was injected?

{ASKED}
"""),
    Sample("answers between the quoted lines", "The right knee.\n\nYes, with ultrasound: 20611.",
           """On Mon, Nov 2, 2026 at 9:14 AM CasePilot <consult@codes.example.org> wrote:

> Which joint was injected?

The right knee.

> Was ultrasound used?

Yes, with ultrasound: 20611.

> Reply to ask further.
"""),
    Sample("a name below the closing", f"Hello,\n\n{ASKED}", f"""Hello,

{ASKED}

Thank you so much,

Jane Doe, CPC, CPMA
Billing manager
Clinic of Springfield, Inc.
100 Main Street, Springfield, IL 62704
Phone: (555) 555-0100 | Fax: (555) 555-0101
www.clinic.example
""", subject="Knee"),
    Sample("a legal notice", ASKED, f"""{ASKED}

CONFIDENTIALITY NOTICE: This e-mail message, including any attachments, is for the sole
use of the intended recipient(s) and may contain confidential and privileged information.

If you are not the intended recipient, please contact the sender by reply e-mail and destroy
all copies of the original message.
""", subject="Knee"),
    Sample("a gateway's banner", ASKED, f"""CAUTION: This email originated from outside of the organization.
Do not click links or open attachments unless you recognize the sender.

{ASKED}
""", subject="Knee"),
    Sample("a banner right above the words", ASKED,
           f"[EXTERNAL]\n{ASKED}\n", subject="Knee"),
    Sample("Spanish", ASKED, f"""{ASKED}

Enviado desde mi iPhone

El lun, 2 nov 2026 a las 9:14, CasePilot (<consult@codes.example.org>) escribió:

> 99213 is an office visit.
"""),
    Sample("a list of codes below thanks", """Please check this claim. Thanks!

- 99213-25
- 20610-RT
- J3301 x 4

M17.11""", """Please check this claim. Thanks!

- 99213-25
- 20610-RT
- J3301 x 4

M17.11
""", subject="Claim"),
    Sample("a question below the thanks", f"Thanks,\n\n{ASKED}\n\nAnd is modifier 25 needed?",
           f"Thanks,\n\n{ASKED}\n\nAnd is modifier 25 needed?\n", subject="Re: Claim"),
    Sample("a note with dates and names of fields", """Date: 11/02/2026
To: front desk
Chief complaint: knee pain. On 11/1 the patient wrote that walking hurts.
Assessment: M17.11.""", """Date: 11/02/2026
To: front desk
Chief complaint: knee pain. On 11/1 the patient wrote that walking hurts.
Assessment: M17.11.
""", subject="Note"),
    Sample("numbers behind a sign of more", "Time spent:\n>30 minutes on the day\n>50% of it counseling",
           "Time spent:\n>30 minutes on the day\n>50% of it counseling\n", subject="Time"),
    Sample("nothing new", "", """
On Mon, Nov 2, 2026 at 9:14 AM CasePilot <consult@codes.example.org> wrote:

> 99213 is an office visit.
"""),
    Sample("Gmail forward", f"Can you answer this?\n\n{ASKED}", f"""Can you answer this?

---------- Forwarded message ---------
From: Dr. Roe <roe@clinic.example>
Date: Mon, Nov 2, 2026 at 9:14 AM
Subject: Knee
To: Jane Doe <jane@clinic.example>


{ASKED}
""", subject="Fwd: Knee"),
    Sample("Gmail forward in HTML alone", f"Can you answer this?\n\n{ASKED}", None, f"""<div dir="ltr">
Can you answer this?<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded
message ---------<br>From: <b>Dr. Roe</b> &lt;roe@clinic.example&gt;<br>Date: Mon, Nov 2, 2026 at
9:14 AM<br>Subject: Knee<br>To: Jane Doe &lt;jane@clinic.example&gt;<br></div><br><br><div dir="ltr">
{ASKED}</div></div></div>""", subject="Fwd: Knee"),
    Sample("Outlook forward", f"FYI\n\n{ASKED}", f"""FYI

From: Dr. Roe <roe@clinic.example>
Sent: Monday, November 2, 2026 9:14 AM
To: Jane Doe <jane@clinic.example>
Subject: Knee

{ASKED}
""", subject="FW: Knee"),
    Sample("Apple Mail forward", ASKED, f"""

Begin forwarded message:

> From: Dr. Roe <roe@clinic.example>
> Subject: Knee
> Date: November 2, 2026 at 9:14:00 AM EST
> To: Jane Doe <jane@clinic.example>
>
> {ASKED}
""", subject="Fwd: Knee"),
    Sample("a forwarded thread", f"Please see below.\n\nWe should ask.\n\n{ASKED}", f"""Please see below.

---------- Forwarded message ---------
From: Sam Poe <sam@clinic.example>
Date: Mon, Nov 2, 2026 at 10:00 AM
Subject: Re: Knee
To: Jane Doe <jane@clinic.example>

We should ask.

On Mon, Nov 2, 2026 at 9:14 AM Dr. Roe <roe@clinic.example> wrote:

> {ASKED}
""", subject="Fwd: Re: Knee"),
    Sample("a table in HTML", "Codes:\n\nCode\tUnits\n99213\t1\nJ3301\t4", None, """<p>Codes:</p>
<table border=1><tr><th>Code</th><th>Units</th></tr><tr><td><p>99213</p></td><td>1</td></tr>
<tr><td>J3301</td><td>4</td></tr></table>""", subject="Claim"),
    Sample("words that do not show", ASKED, None, f"""<html><head><title>no</title><style>p{{}}</style>
</head><body><div style="display:none;max-height:0">preview text</div><span style="font-size:0px">no
</span><script>no()</script><p hidden>no</p><p>{ASKED}</p></body></html>""", subject="Knee"),
]  # fmt: skip
