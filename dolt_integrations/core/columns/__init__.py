"""One column by the family of its type: strings, times, objects, categoricals ..., in and out together."""
