"""Mails as people write them, with the parts that are to be read in them.

A part is written as its kind (Q, N or C), words that stand in it, and behind " < " words that stand
in its context. `HELD_OUT` was written with the first forty of `SEEN` before the reading was tuned,
and looked at only when that was done: 35 of the 40 were read as wanted then.
"""

NOTE_ANKLE = """CC: Right ankle pain

HPI:
45-year-old female twisted her right ankle yesterday stepping off a curb. Swelling and bruising
on the outer side. She can bear weight with pain. Denies numbness.

PMH: Hyperlipidemia, controlled with diet.

EXAM
Tenderness over the lateral malleolus. No deformity. X-ray shows no fracture.

ASSESSMENT
Right ankle sprain, initial encounter.

PLAN
Crutches, ice, follow up in two weeks."""

NOTE_DIABETES = """SUBJECTIVE: 67 y/o male seen for follow up of type 2 diabetes and hypertension.
Home glucose 150 to 180. Denies chest pain. Reports numbness in both feet for six months.
OBJECTIVE: BP 148/86, BMI 34. Monofilament test reduced on both feet.
ASSESSMENT:
1. Type 2 diabetes with polyneuropathy
2. Essential hypertension, not at goal
3. Obesity
PLAN: Increase metformin to 1000 mg twice daily, start lisinopril 10 mg, recheck in 3 months."""

NOTE_PROSE = """The patient is a 58-year-old man who presented with three days of productive cough,
fever and shortness of breath. He denies chest pain. On examination he was febrile with crackles
at the right base. Chest x-ray showed a right lower lobe infiltrate. He was diagnosed with
pneumonia, given ceftriaxone 1 g intramuscularly and prescribed doxycycline 100 mg twice daily for
seven days. He has COPD and smokes one pack a day. He will return in one week."""

SEEN = [
    ("What is J9271?", ["Q What is J9271?"]),
    (
        "Hello,\n\nCan CPT 96522 be billed with 36561 on the same day?\n\nThanks,\nMaria",
        ["Q 96522 be billed with 36561"],
    ),
    (
        "Good morning team,\n\nI have two questions:\n1. How many units of J9271 per day?\n"
        "2. Does 36561 have a global period?\n\nBest regards,\n\nTom Baker, CPC\nABC Oncology\n"
        "[phone]",
        ["Q How many units of J9271 per day?", "Q Does 36561 have a global period?"],
    ),
    (
        "Patient has Medicare, seen in the office on 3 Aug 2026. What is the fee for 99214? "
        "Which modifiers go with it?",
        [
            "Q What is the fee for 99214? < office on 3 Aug 2026",
            "Q Which modifiers go with it? < 3 Aug 2026",
        ],
    ),
    (
        "Hi - quick question. Does Medicare cover J0585 for G43.709 in Kentucky? And for 36561?",
        ["Q cover J0585 for G43.709", "Q And for 36561?"],
    ),
    (
        "1) what does 99213 pay in 90210 2) what does 99214 pay in 90210 3) is 99215 payable in "
        "an ASC",
        ["Q 99213 pay", "Q 99214 pay", "Q 99215 payable"],
    ),
    (
        "Please check these codes for me:\n\n36561-59\n96522\nJ1644 x10\nZ45.2\n\nThanks!\nAnn",
        ["C 36561-59"],
    ),
    (
        "99213 25 Z00.00\n90471\n90686\n\nCan these be billed together?",
        ["C 99213 25 Z00.00"],
    ),
    (
        "CPT: 20610-RT\nCPT: J3301 x4\nDx: M17.11\nDOS: 08/03/2026\nPOS: 11\n\nWhich one needs a "
        "modifier?",
        ["C 20610-RT < 08/03/2026", "Q Which one needs a modifier?"],
    ),
    (f"Please code this note.\n\n{NOTE_ANKLE}", ["N twisted her right ankle"]),
    (
        f"Which diagnosis codes go with this note?\n\n{NOTE_DIABETES}",
        ["N Home glucose 150 to 180"],
    ),
    (
        f"Hi,\n\nWhich ICD-10 codes does this note support?\n\n{NOTE_DIABETES}\n\nThank you\nKim",
        ["N polyneuropathy"],
    ),
    (
        f"Is modifier 25 allowed on 99214 with J0696?\n\nThis is the note:\n\n{NOTE_PROSE}",
        ["Q modifier 25 allowed on 99214", "N productive cough"],
    ),
    (
        "We billed 11042 and 97597 on 8/3/2026 in the office and the second was denied as "
        "bundled. Which modifier can bypass the edit?",
        ["Q Which modifier can bypass the edit? < 11042 and 97597"],
    ),
    (
        "Claim for 96413 and 96415 was denied by Medicare in Texas. Please advise.",
        ["Q 96413 and 96415 was denied"],
    ),
    ("Thank you so much, that answers it!\n\nBest,\nLori", []),
    ("", []),
    ("Hi,\n\nplease see attached.\n\nThanks,\nBob", []),
    (
        "units for J9271\nmodifier for 36561\nglobal days 47562",
        ["Q units for J9271", "Q modifier for 36561", "Q global days 47562"],
    ),
    (
        "Hello CasePilot,\nour provider implanted a subcutaneous port on July 10, 2026 and "
        "refilled it\nthe same day. The patient is on Medicare and lives in Ohio. Can we bill "
        "36561\nand 96522 together? If so, which modifier do we need?\n\nRegards\nSue",
        [
            "Q Can we bill 36561 and 96522 together? < July 10, 2026",
            "Q which modifier do we need? < Ohio",
        ],
    ),
    (
        "Can 20610 be billed with 99213 and if yes what modifier is required on the E/M",
        ["Q 20610 be billed with 99213"],
    ),
    (
        "Need to know the RVUs for 27447, the global days for 27130 and whether an assistant "
        "surgeon is paid for 29881.",
        ["Q RVUs for 27447"],
    ),
    (
        "- What changed in HCPCS in July 2026?\n- Is J9035 still valid?\n- What replaced C9399?",
        ["Q What changed", "Q Is J9035 still valid?", "Q What replaced C9399?"],
    ),
    ("I need help with a case.\n\nThank you,\nDana", []),
    (
        "Could you please let me know if E11.9 and E10.9 can be coded together? Sent from my "
        "iPhone",
        ["Q E11.9 and E10.9 can be coded together?"],
    ),
    (
        "What is the MUE for A4253?\n\nCONFIDENTIALITY NOTICE: This e-mail is intended only for "
        "the\nperson to whom it is addressed. If you received this message in error, can you\n"
        "please notify the sender?",
        ["Q What is the MUE for A4253?"],
    ),
    (
        "Question 1: Is 64483 bilateral?\nQuestion 2: How many levels can be billed with 64484?\n"
        "Question 3: Does L1810 need a KX modifier?",
        ["Q Is 64483 bilateral?", "Q How many levels", "Q L1810 need a KX"],
    ),
    ("96522, 36561", ["C 96522"]),
    ("36561", ["Q 36561"]),
    (
        "36561 59 RT x2 Z45.2\n96522\n\nWhat would Medicare pay for 96522 in 40202?",
        ["C 36561 59 RT x2", "Q What would Medicare pay for 96522"],
    ),
    (
        "Please scrub this claim, Medicare, office, ZIP 40202, DOS 7/15/2026:\n99214-25\n20610-LT\n"
        "J1030 x 2\nM17.12\nE11.9",
        ["C 99214-25 < ZIP 40202"],
    ),
    (
        "Two different patients.\nFirst: seen 7/1/2026 in the hospital outpatient department. What "
        "is the APC of 36561?\nSecond: seen 7/20/2026 in the office. What does Medicare pay for "
        "99213?",
        [
            "Q What is the APC of 36561? < 7/1/2026",
            "Q What does Medicare pay for 99213? < 7/20/2026",
        ],
    ),
    (
        "what is the hcpcs code for a manual wheelchair and what is the fee in florida",
        ["Q hcpcs code for a manual wheelchair"],
    ),
    (
        "Dear Sir or Madam,\n\nI am a coder at a small clinic in Nevada. I would like to know "
        "whether G0439 and 99213 may be reported on the same date of service, and if modifier 25 "
        "is needed.\n\nSincerely,\nP. Jones",
        ["Q whether G0439 and 99213 may be reported < Nevada"],
    ),
    (
        "Codes:\n1. 45385\n2. 45380-59\n3. 45381-51\nDiagnosis codes:\nK63.5\nD12.5\n\nAre there "
        "any NCCI edits?",
        ["C 45385"],
    ),
    (
        "Is this correct?\n\n99213-25, 17110, L82.0\n\nWe are in Texas.",
        ["C 99213-25 < Texas"],
    ),
    (
        "What's the weather today? Also, what is 99213?",
        ["Q What's the weather today?", "Q what is 99213?"],
    ),
    (
        "How do we code a fall from a ladder at home, initial encounter, with a closed fracture of "
        "the left wrist?",
        ["Q fall from a ladder"],
    ),
    (
        "Follow up on the last answer: does it change if the patient is in the hospital?",
        ["Q does it change if the patient is in the hospital?"],
    ),
    (
        f"{NOTE_ANKLE}\n\nCan we bill E0114 with 99203? Does the payer matter?",
        ["N twisted her right ankle", "Q E0114 with 99203?", "Q Does the payer matter?"],
    ),
    (
        "Hi,\nDr. [name] saw a pt on Aug. 3, 2026 for a Botox injection, e.g. J0585 x 155 units. "
        "No. of units over the MUE? Thanks.",
        ["Q No. of units over the MUE? < J0585"],
    ),
    # Read wrongly at first, and mended:
    (
        "Good Morning,\n\nI need the global period for the following:\n27447\n27130\n29881\n\n"
        "Thanks",
        ["Q global period for the following: 27447, 27130, 29881"],
    ),
    (
        "DOS 7/1/26\n99204\n\nDOS 7/8/26\n99213-25\n20610",
        ["C 99213-25 2026-07-08"],
    ),
    (
        "CPT 99213 - visit\nCPT 96372 - injection\nJ1885 - ketorolac 15 mg x 4\nICD M54.50 back",
        ["C J1885 x4"],
    ),
    (
        "What are the documentation requirements for 97110? 97140? 97530?",
        ["Q requirements for 97110?", "Q And 97140?", "Q And 97530?"],
    ),
    (
        "We want to bill 11721 and 11056. Is a Q8 modifier needed? Can both be billed on the same "
        "day?\n\nDate of service 08/12/2026, office, Phoenix, AZ 85004.\n\nThank you kindly,\n"
        "Ms. Rivera",
        ["Q Is a Q8 modifier needed? < 11721 and 11056", "Q Can both be billed < AZ 85004"],
    ),
    (
        "CPT    Mod   Units   Charge    Dx\n99214  25    1       210.00    E11.65, I10\n"
        "36415        1       12.00     E11.65\n\nMedicare Part B, Kentucky, 40202.",
        ["C 99214 25 1 E11.65 I10 < Kentucky, 40202"],
    ),
]

HELD_OUT = [
    ("Which modifier goes with 93010 when read in the hospital?", ["Q Which modifier goes"]),
    (
        "Hey there!\n\nDoes Medicare pay for 36415 with 99213?\n\nCheers\nBecky\n--\nBecky Long\n"
        "Billing manager\n[address]\nDallas, TX 75201",
        ["Q Medicare pay for 36415 with 99213?"],
    ),
    (
        "Good afternoon,\n\nMy questions:\n\na) Is 76942 included in 20611?\nb) Can 20611 be "
        "billed bilaterally?\nc) What is the fee for 20611 in Ohio?\n\nThank you in advance for "
        "your help.",
        ["Q Is 76942 included in 20611?", "Q 20611 be billed bilaterally?", "Q fee for 20611"],
    ),
    (
        "The patient was seen on 15 July 2026 at our clinic in Tampa, FL 33602. She has Medicare.\n"
        "What is the allowed amount for 99204? What about 99205?",
        [
            "Q allowed amount for 99204? < FL 33602",
            "Q What about 99205? < 15 July 2026",
        ],
    ),
    (
        "Is there an LCD for 64493 in Tennessee? Same for 64635?",
        ["Q LCD for 64493", "Q Same for 64635?"],
    ),
    (
        "Three things. 1. Global period of 27447? 2. Is 20985 bundled with 27447? 3. Is an "
        "assistant surgeon payable?",
        ["Q Global period of 27447?", "Q 20985 bundled", "Q assistant surgeon payable?"],
    ),
    (
        "Would you review the following claim?\n\n29881-RT\n29877-RT-59\nM23.321\n\nKind regards,\n"
        "Paul",
        ["C 29881-RT"],
    ),
    (
        "G0463\n96372\nJ1885 x2\nM54.50\n\nDo any of these bundle? We are hospital outpatient.",
        ["C G0463 < hospital outpatient"],
    ),
    (
        "HCPCS L3908 RT\nHCPCS L3908 LT\nICD-10: G56.03\nDate of service: 2026-07-20\n\nHow many "
        "units of L3908 are allowed?",
        ["C L3908 RT < 2026-07-20", "Q How many units of L3908"],
    ),
    (f"Can you please code the visit below?\n\n{NOTE_DIABETES}", ["N polyneuropathy"]),
    (
        f"Good day,\n\nwhat diagnosis codes would you assign here?\n\n{NOTE_ANKLE}\n\nSincerely,\n"
        "Ray Moss, RHIT",
        ["N twisted her right ankle"],
    ),
    (
        f"Does 96372 need a modifier with 99214?\n\nVisit note below.\n\n{NOTE_DIABETES}",
        ["Q Does 96372 need a modifier", "N polyneuropathy"],
    ),
    (
        "On 07/22/2026 the surgeon did 43235 and 43239 in the same session at the ASC. Medicare "
        "denied 43235. Is there an edit and can it be bypassed?",
        ["Q can it be bypassed? < 43235 and 43239"],
    ),
    (
        "Our claim for J2505 was rejected as invalid code. DOS 7/14/2026.",
        ["Q J2505 was rejected"],
    ),
    ("Perfect. Thanks again for the quick reply.\n\nHave a great weekend!\nJo", []),
    ("Hi there,\n\nJust checking in.\n\nRegards,\nPam", []),
    (
        "fee 99213 ohio\nmue a4253\nncci 20610 76942",
        ["Q fee 99213", "Q mue a4253", "Q ncci 20610 76942"],
    ),
    (
        "Good evening,\n\nI'm struggling with a denial. A Medicare patient in New Jersey got an "
        "epidural (62323) and\nfluoroscopic guidance (77003) on June 30, 2026. Is 77003 separately "
        "payable? Does it\nmatter that the place of service was 24?\n\nMany thanks\nC. Diaz",
        [
            "Q Is 77003 separately payable? < June 30, 2026",
            "Q Does it matter that the place of service was 24? < New Jersey",
        ],
    ),
    ("is g0008 payable with 90662 and do i need a modifier", ["Q is g0008 payable"]),
    (
        "I'm trying to find the ICD-10 code for long term use of insulin, plus the HCC it maps to.",
        ["Q long term use of insulin"],
    ),
    (
        "* Is Z79.4 a primary diagnosis?\n* Does E11.65 map to an HCC?\n* Excludes1 for E11.9?",
        ["Q Is Z79.4", "Q Does E11.65", "Q Excludes1 for E11.9?"],
    ),
    ("Can someone help me with a coding question?\n\nThanks", []),
    (
        "Please confirm that I10 is not coded with I11.9.\n\nGet Outlook for iOS",
        ["Q confirm that I10 is not coded"],
    ),
    (
        "Is 77067 covered yearly?\n\nThis message and any attachments may contain confidential "
        "information. If you are not\nthe intended recipient, would you please delete it?",
        ["Q Is 77067 covered yearly?"],
    ),
    (
        "Q1. Is K0001 capped rental?\nQ2. What is the fee for K0001 in CA?\nQ3. Is a KX modifier "
        "needed?",
        ["Q Is K0001", "Q fee for K0001", "Q KX modifier needed?"],
    ),
    ("99213-25 and 20610-RT with M17.11", ["C 99213-25"]),
    ("J9271", ["Q J9271"]),
    (
        "15734\n14301-59\nL72.0\n\nIs 14301 an add-on code?",
        ["C 15734", "Q Is 14301 an add-on code?"],
    ),
    (
        "Please run a claim check. Place of service 22, date of service July 8, 2026, state KY.\n"
        "93306-26\n93010\nI50.9",
        ["C 93306-26 < July 8, 2026"],
    ),
    (
        "Case A: DOS 7/2/2026, Ohio. Is 11721 covered for B35.1?\n\nCase B: DOS 7/9/2026, Georgia. "
        "Is 11056 covered for L84?",
        ["Q Is 11721 covered < Ohio", "Q Is 11056 covered < Georgia"],
    ),
    (
        "how do i bill for a flu shot given to a medicare patient",
        ["Q flu shot given to a medicare patient"],
    ),
    (
        "To whom it may concern:\n\nWe would like guidance on whether 99497 can be reported with "
        "G0439, and whether the deductible applies with modifier 33.\n\nRespectfully,\nM. Hall",
        ["Q whether 99497 can be reported with G0439"],
    ),
    (
        "Claim lines below.\n\nLine 1: 66984-LT\nLine 2: 66821-LT\nDx: H25.12\n\nIs anything wrong "
        "with it?",
        ["C 66984-LT"],
    ),
    (
        "Does this look right?\n\n99396-25, 99213-25, 93000, Z00.01, I10\n\nBlue Cross patient.",
        ["C 99396-25 < Blue Cross"],
    ),
    (
        "Should I take metformin for my diabetes? And what is the code for type 2 diabetes?",
        ["Q Should I take metformin", "Q code for type 2 diabetes?"],
    ),
    (
        "Which code describes removal of impacted cerumen from both ears with instruments?",
        ["Q impacted cerumen"],
    ),
    (
        "Thanks for this. One more question: what if the second procedure is done the next day?",
        ["Q what if the second procedure is done the next day?"],
    ),
    (
        f"{NOTE_PROSE}\n\nWhich codes apply? Is J0696 billed per 250 mg?",
        ["N productive cough", "Q J0696 billed per 250 mg?"],
    ),
    (
        "Hello, pt had 45378 on 7/1/2026 (Medicare, ASC, St. Louis, MO). Is modifier PT or 33 "
        "right? What is the ASC fee?",
        ["Q Is modifier PT or 33 right? < 45378", "Q What is the ASC fee? < MO"],
    ),
    (
        "I don't understand the denial CO-97 on 99212 billed with 17000. Can you explain it?",
        ["Q denial CO-97 on 99212"],
    ),
]
