import os

from flask import send_from_directory

# Where a real CTFd has its plugins in this folder, here they come from the project.
PLUGINS = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 4))
__path__.append(PLUGINS)


def register_plugin_assets_directory(app, base_path, admins_only=False, endpoint=None):
    """`admins_only` is ignored, as in 3.8.7: everything in there is public."""
    base_path = base_path.strip("/")

    def assets_handler(path):
        directory = base_path.replace("plugins", app.plugins_dir, 1)
        return send_from_directory(directory, path)

    app.add_url_rule(
        f"/{base_path}/<path:path>",
        endpoint=endpoint or base_path.replace("/", "."),
        view_func=assets_handler,
    )
