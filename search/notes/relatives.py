"""The code for a relative's disease (ICD-10-CM, Z80 to Z84), by the disease's own code."""

# By the beginning of the disease's code; the longest that fits decides.
_FAMILY = {
    "C": "Z809", "C15": "Z800", "C16": "Z800", "C18": "Z800", "C19": "Z800", "C20": "Z800",
    "C22": "Z800", "C25": "Z800", "C34": "Z801", "C50": "Z803", "C56": "Z8041", "C61": "Z8042",
    "C64": "Z8051", "C67": "Z8052", "C91": "Z806", "C92": "Z806", "C95": "Z806",
    "F10": "Z811", "F2": "Z818", "F3": "Z818", "F4": "Z818", "G20": "Z820", "G30": "Z820",
    "G35": "Z820", "G40": "Z820", "I21": "Z8249", "I25": "Z8249", "I10": "Z8249", "I11": "Z8249",
    "I50": "Z8249", "I48": "Z8249", "I51": "Z8249", "I63": "Z823", "I64": "Z823", "I61": "Z823",
    "J45": "Z825", "J44": "Z836", "E08": "Z833", "E10": "Z833", "E11": "Z833", "E13": "Z833",
    "E78": "Z83438", "E0": "Z8349", "M05": "Z8261", "M06": "Z8261", "M15": "Z8261",
    "M19": "Z8261", "M81": "Z8262", "N18": "Z841", "N20": "Z841", "Q61": "Z8271",
}  # fmt: skip


def family_code(value: str) -> str:
    """The stored value of the code for a family history of a diagnosis; '' where none fits."""
    for length in range(len(value), 0, -1):
        if found := _FAMILY.get(value[:length]):
            return found
    return ""
