class TestingConfig:
    SECRET_KEY = "not a secret"
    TESTING = True
    SERVER_NAME = "localhost"
    SAFE_MODE = True
    APPLICATION_ROOT = "/"
    SQLALCHEMY_DATABASE_URI = "sqlite://"
    SQLALCHEMY_TRACK_MODIFICATIONS = False
    PROPAGATE_EXCEPTIONS = False
