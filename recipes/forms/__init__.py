"""Forms of recipes: values of orders and kitchens, new recipes, tests."""

from recipes.forms.values import NewRecipeForm, OrderForm, ResumeForm, RowForm, ValueRow, ValuesForm, forms_of

__all__ = ["NewRecipeForm", "OrderForm", "ResumeForm", "RowForm", "ValueRow", "ValuesForm", "forms_of"]
