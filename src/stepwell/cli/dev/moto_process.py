"""The program that stands in for AWS's services: moto's server, which ends when whoever started it does.

Run as `python -m stepwell.cli.dev.moto_process PORT`; prints the address that it listens on once requests are taken.
"""

import logging
import os
import sys
import threading


def main(port: int) -> None:
    """Serve until standard input ends."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", port, application, threaded=True)
    threading.Thread(target=_end_with_starter, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def _end_with_starter() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
