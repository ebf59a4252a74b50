"""Where the built `roundsman-server` begins."""

import sys

from sync_server.__main__ import main

sys.exit(main())
