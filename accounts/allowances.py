"""What a reader may do at once, by plan."""

GUEST_CLAIM_CODES = 2
MEMBER_CLAIM_CODES = 50


def claim_check_allowance(user) -> int:
    """How many codes a reader may check together. A plan may set another number for members."""
    if not user.is_authenticated:
        return GUEST_CLAIM_CODES
    if user.is_staff or user.plan is None or user.plan.claim_check_codes is None:
        return MEMBER_CLAIM_CODES
    return user.plan.claim_check_codes
