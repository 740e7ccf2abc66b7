"""Makes the article's picture: commits c1, c2 and c3 on `master`, a tag `c2`, and a branch `new` where `master` is."""

import pandas as pd

from dolt_integrations import Repository
from dolt_integrations.core import NewBranch

repository = Repository("data/doltdb")
bar = repository.table("bar", branch=NewBranch("master"))

bar.write(pd.DataFrame({"c": [1], "text": ["one"]}), key="c", message="c1")
second = bar.write(pd.DataFrame({"c": [1, 2], "text": ["one", "two"]}), message="c2")
repository.tags.create("c2", second.commit)
bar.write(pd.DataFrame({"c": [1, 2, 3], "text": ["one", "two", "three"]}), message="c3")
repository.branches.create("new", "master")
print(bar.history()[["date", "message"]])
