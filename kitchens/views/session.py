"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.utils.decorators import method_decorator

from kitchens.forms import SignInForm


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page; who is signed in already goes to where they wanted."""

    template_name = "kitchens/login.html"
    form_class = SignInForm
    redirect_authenticated_user = True


login = SignIn.as_view()
logout = LogoutView.as_view()
