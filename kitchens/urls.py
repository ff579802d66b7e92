"""Pages of people, domains and kitchens."""

from django.urls import path

from kitchens.views import kitchens, session

urlpatterns = [
    path("login/", session.login, name="login"),
    path("logout/", session.logout, name="logout"),
    path("kitchens/", kitchens.kitchen_list, name="kitchen-list"),
    path("kitchens/new/", kitchens.kitchen_new, name="kitchen-new"),
    path("kitchens/<slug:slug>/", kitchens.kitchen_detail, name="kitchen-detail"),
    path("kitchens/<slug:slug>/extend/", kitchens.kitchen_extend, name="kitchen-extend"),
    path("kitchens/<slug:slug>/retire/", kitchens.kitchen_retire, name="kitchen-retire"),
]
