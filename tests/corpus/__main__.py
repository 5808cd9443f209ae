"""`python -m tests.corpus FOLDER`: see `runner`."""

import sys

from tests.corpus.runner import main

sys.exit(main(sys.argv[1:]))
