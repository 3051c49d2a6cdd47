"""The settings: read once from the environment, checked at start (config.checks)."""

import logging
import sys
from datetime import timedelta
from pathlib import Path

from config import env, logs
from config.wheels import folder_of_package

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_dotenv(path=BASE_DIR / ".env")

# The secret of the demo and the tests: config.checks refuses to start with it anywhere else.
DEMO_SECRET_KEY = "demo-secret-key-of-fenfen-never-for-real-households"  # noqa: S105

DEMO = env.flag("FENFEN_DEMO", False)
DEBUG = env.flag("DEBUG", False)
STATE_DIR = Path(env.text("STATE_DIR", str(BASE_DIR / "var"))).resolve()
KEYS_DIR = STATE_DIR / "keys"
PHOTOS_DIR = Path(env.text("PHOTOS_DIR", str(STATE_DIR / "photos"))).resolve()
PHOTO_KEPT_DAYS = int(env.text("PHOTO_KEPT_DAYS", "90"))
KEYS_IN_ENVIRONMENT = [name for name in ("SECRET_KEY", "ENCRYPTION_KEYS") if env.text(name, "")]
# run.py makes both key files on first use of an embedded set-up; a server is given them in its environment.
SECRET_KEY = env.text("SECRET_KEY", env.first_line(path=KEYS_DIR / "secret_key", default=DEMO_SECRET_KEY))
# Fernet keys for phones and bin keys at rest; the first encrypts, all decrypt.
DEMO_ENCRYPTION_KEY = "ZGVtby1lbmNyeXB0aW9uLWtleS1vZi1mZW5mZW4tMDE="
ENCRYPTION_KEYS = env.names(
    "ENCRYPTION_KEYS", env.first_line(path=KEYS_DIR / "encryption_keys", default=DEMO_ENCRYPTION_KEY)
)
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS", "")
# Health checks ask over loopback, whatever the public name is.
ALLOWED_HOSTS = [*env.names("ALLOWED_HOSTS", ""), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", "")
IS_BEHIND_TLS = env.flag("BEHIND_TLS", False)

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{STATE_DIR / 'fenfen.sqlite3'}")
DATABASES = {"default": env.database(url=DATABASE_URL)}
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")

# The broker of the bins that speak MQTT; only the bridge needs it. mqtt://user:password@host:port, mqtts:// for TLS.
MQTT_URL = env.text("MQTT_URL", "")
# Whom the bridge believes the broker's certificate from; empty = the system's list.
MQTT_CA_FILE = env.text("MQTT_CA_FILE", "")

DIVISION_CODE = env.text("DIVISION_CODE", "411003")
TIME_ZONE = env.zone("TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
LANGUAGE_CODE = "zh-hans"  # whatever a browser asks for: pages/language.py
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True

INSTALLED_APPS = [
    "config",
    "people",
    "households",
    "sorting",
    "guides",
    "collection",
    "points",
    "indicators",
    "worker",
    "knox",  # before the API, which takes its screen out of the back office
    "api",
    "pages",
    "simulation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "django_prometheus",
    "django_structlog",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "api.device.short_way.ShortWay",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pages.language.Language",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pages.my.pin_session.PinSessionLimit",
    "pages.misses.MissGuard",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "pages.second_factor.SecondFactorGuard",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "pages.my.pin_session.PinBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
# Leaflet out of django-leaflet's wheel, as files alone: as an application it would want GDAL.
STATICFILES_DIRS = [folder_of_package(name="leaflet") / "static"]
# An image collects its static files once, under names that carry their digest; elsewhere they come from the apps.
STATIC_COLLECTED = env.flag("STATIC_COLLECTED", False)
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(STATE_DIR / "static"))) if STATIC_COLLECTED else None
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# What a device sends: at most 1,000 events in 256 KiB; the door answers 413 past that.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# How often one bin may send, in each web process: for ever, and at once. More gets 429 with Retry-After.
DEVICE_REQUESTS_PER_S = float(env.text("DEVICE_REQUESTS_PER_S", "20"))
DEVICE_REQUESTS_BURST = int(env.text("DEVICE_REQUESTS_BURST", "40"))

# How long a reserved reward is kept: to the end of the local day that many days later. Then points and stock go back.
REDEMPTION_DAYS = int(env.text("REDEMPTION_DAYS", "7"))
# What a shop is paid for the rewards that it hands out.
POINTS_PER_YUAN = int(env.text("POINTS_PER_YUAN", "100"))
# What guides may redeem for one household on one day, with its card or PIN before them.
GUIDE_REDEEM_POINTS_A_DAY_MAX = int(env.text("GUIDE_REDEEM_POINTS_A_DAY_MAX", "500"))

# How often one user of the API may ask, in each web process; who is not signed in shares their address's part.
API_REQUESTS_PER_S = float(env.text("API_REQUESTS_PER_S", "10"))
API_REQUESTS_BURST = int(env.text("API_REQUESTS_BURST", "100"))

# Tokens are kept as digests; the prefix lets a scanner of leaked secrets know one. Their lifetime is api.tokens'.
API_TOKEN_PREFIX = "fenfen_"  # noqa: S105 - not a token
REST_KNOX = {"TOKEN_PREFIX": API_TOKEN_PREFIX, "AUTH_TOKEN_CHARACTER_LENGTH": 64}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "分分 Fenfen",
    "VERSION": "1",
    "DESCRIPTION": "居民、督导员、商户和城管局人员的接口。智能桶的接口另有说明:docs/device-protocol.md。",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"number": int},
    # Choices stand where they are used: ten of them are called "kind".
    "POSTPROCESSING_HOOKS": [],
    # A page's session is for our own pages; docs/api.md tells of it.
    "AUTHENTICATION_WHITELIST": ["api.authentication.ApiTokenAuthentication"],
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_BEHIND_TLS else 0

# How one-time codes reach residents' phones: console (demo, tests) or http (people.code_senders says what is posted).
SIGN_IN_CODE_PROVIDER = env.text("SIGN_IN_CODE_PROVIDER", "console")
SIGN_IN_CODE_URL = env.text("SIGN_IN_CODE_URL", "")
SIGN_IN_CODE_TOKEN = env.text("SIGN_IN_CODE_TOKEN", "")

# How phones learn that there is a new notice: none, console (demo, tests) or http (people.notice_senders).
WECHAT_NOTICE_PROVIDER = env.text("WECHAT_NOTICE_PROVIDER", "none")
WECHAT_NOTICE_URL = env.text("WECHAT_NOTICE_URL", "")
WECHAT_NOTICE_TOKEN = env.text("WECHAT_NOTICE_TOKEN", "")

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "front"
SESSION_COOKIE_AGE = 12 * 3600  # one long shift; residents' phones stay signed in longer, by their own view

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "pages/locked_out.html"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # its screens have no Chinese; `manage.py axes_reset_username NAME` lifts a pause
# Caddy is the one proxy in front; without it the address is the connection's own.
AXES_IPWARE_PROXY_COUNT = 1 if IS_BEHIND_TLS else None
AXES_IPWARE_META_PRECEDENCE_ORDER = ("HTTP_X_FORWARDED_FOR", "REMOTE_ADDR") if IS_BEHIND_TLS else ("REMOTE_ADDR",)

CELERY = {
    "broker_url": REDIS_URL,
    "task_ignore_result": True,
    "task_acks_late": False,
    "worker_prefetch_multiplier": 1,
    # Log lines go through LOGGING, which hides what is personal.
    "worker_hijack_root_logger": False,
    "broker_connection_max_retries": None,
    "broker_connection_retry_on_startup": True,
    "broker_pool_acquire_timeout": 1,
    "worker_soft_shutdown_timeout": 20,
    "worker_max_tasks_per_child": 2000,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "timezone": TIME_ZONE,
    "broker_transport_options": {
        "visibility_timeout": 600,
        "socket_timeout": 15,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": True,
    },
}

LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
LOGGING = logs.logging_settings(level=LOG_LEVEL, is_terminal=sys.stderr.isatty())
logs.configure_structlog()
DJANGO_STRUCTLOG_CELERY_ENABLED = False
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# "request_finished" tells all that "request_started" does.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

# Who may read /metrics from outside the machine's own network: whoever brings this token. Empty = nobody.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
# A folder where several web processes add up their request counters; empty = one process.
METRICS_DIR = env.text("PROMETHEUS_MULTIPROC_DIR", "")
