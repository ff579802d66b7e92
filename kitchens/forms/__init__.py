"""Forms of people, kitchens and settings."""

from kitchens.forms.in_kitchen import MemberForm, PolicyForm, SecretForm
from kitchens.forms.settings import ConnectionForm, PersonForm, TokenForm
from kitchens.forms.sign_in import SignInForm
from kitchens.forms.wizard import STEP_FORMS, StepForm

__all__ = [
    "STEP_FORMS",
    "ConnectionForm",
    "MemberForm",
    "PersonForm",
    "PolicyForm",
    "SecretForm",
    "SignInForm",
    "StepForm",
    "TokenForm",
]
