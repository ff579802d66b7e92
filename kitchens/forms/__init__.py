"""Forms of people, kitchens and settings."""

from kitchens.forms.in_kitchen import MemberForm, PolicyForm, SecretForm
from kitchens.forms.kitchens import KitchenForm
from kitchens.forms.settings import ConnectionForm, PersonForm, TokenForm
from kitchens.forms.sign_in import SignInForm

__all__ = [
    "ConnectionForm",
    "KitchenForm",
    "MemberForm",
    "PersonForm",
    "PolicyForm",
    "SecretForm",
    "SignInForm",
    "TokenForm",
]
