"""Every setting of the site, read once from the environment. `.env.example` explains each."""

from email.utils import formataddr
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from casepilot_site import embedded_postgres, env
from casepilot_site.logs import logging_settings
from casepilot_site.mail_files import read_mail_url
from casepilot_site.mail_in import read_basic_secret, read_imap_url, read_listen_address
from casepilot_site.secret_key import kept_secret_key

BASE_DIR = env.ROOT
VAR_DIR = env.var_folder()

# Where and how the site runs

DEBUG = env.switch("DEBUG", False)
SITE_NAME = env.text("SITE_NAME", "CasePilot")
PORT = env.number("PORT", 8000, minimum=1, maximum=65535)
SITE_URL = env.text("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
# An https address is what tells a production site: cookies, HSTS and keys follow from it.
IS_PRODUCTION = SITE_URL.startswith("https://")
SECRET_KEY = env.text("SECRET_KEY", env.REQUIRED if IS_PRODUCTION else "")
if not SECRET_KEY:
    SECRET_KEY = kept_secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", urlsplit(SITE_URL).hostname]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TIME_ZONE = env.text("TIME_ZONE", "America/New_York")
USE_TZ = True
USE_I18N = False
LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = "casepilot_site.formats"

ROOT_URLCONF = "casepilot_site.urls"
WSGI_APPLICATION = "casepilot_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "casepilot_site.admin_app.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "simple_history",
    "import_export",
    "procrastinate.contrib.django",
    "accounts",
    "codes",
    "search",
    "assistant",
    "careers",
    "consultant",
]

MIDDLEWARE = [
    "casepilot_site.logs.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.unsent.UnsentFormMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "accounts.staff.StaffTwoFactorMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "casepilot_site.context.site",
                "accounts.context.reader",
                "assistant.context.asking",
            ],
        },
    },
]

# Database: the operator's, or the private embedded server under var/

# Connections each process keeps open. The web server sets it to its threads and two more;
# commands and the worker need none.
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", 0, minimum=0)
DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL") or embedded_postgres.database_url(),
        conn_health_checks=True,
    )
}
DATABASES["default"].setdefault("OPTIONS", {})
if DATABASE_POOL_SIZE:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": DATABASE_POOL_SIZE}

CACHES = {
    # Shared by all processes, so that rate limits hold across them.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# Files

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Résumés: no address leads here, and nobody else on the machine may read it.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR_DIR / "private",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
# Official files are large: what is uploaded goes to disk while it arrives.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_UPLOAD_MAX_MB = env.number("IMPORT_UPLOAD_MAX_MB", 100, minimum=1)

# Security

SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION
SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.unsent.form_expired"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# Signing in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "accounts:profile_detail"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_PRODUCTION else "http"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LogInForm",
    "signup": "accounts.forms.SignUpForm",
    "add_email": "accounts.forms.ChangeEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ConfirmPasswordForm",
}
MFA_ADAPTER = "accounts.adapter.MfaAdapter"
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
# Nobody logs in with an address that is not confirmed; a change of it must stay possible.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "accounts.forms.TwoFactorForm",
    "reauthenticate": "accounts.forms.ConfirmTwoFactorForm",
    "activate_totp": "accounts.forms.ActivateAppForm",
}
# Whether staff must log in with two factors to reach the administration.
STAFF_MFA_REQUIRED = env.switch("STAFF_MFA_REQUIRED", IS_PRODUCTION)

# The page-view meter

GUEST_VIEWS = env.number("GUEST_VIEWS", 1, minimum=0)
MEMBER_EXTRA_VIEWS = env.number("MEMBER_EXTRA_VIEWS", 5, minimum=0)
VIEW_PERIOD_DAYS = env.number("VIEW_PERIOD_DAYS", 30, minimum=1)
GUESTS_PER_NETWORK_PER_DAY = env.number("GUESTS_PER_NETWORK_PER_DAY", 200, minimum=1)
# How many proxies of the operator's stand in front, each adding to X-Forwarded-For.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, minimum=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# What is allowed so many times a day, without a plan

GUEST_NOTES_PER_DAY = env.number("GUEST_NOTES_PER_DAY", 1, minimum=0)
MEMBER_NOTES_PER_DAY = env.number("MEMBER_NOTES_PER_DAY", 10, minimum=0)
GUEST_QUESTIONS_PER_DAY = env.number("GUEST_QUESTIONS_PER_DAY", 1, minimum=0)
MEMBER_QUESTIONS_PER_DAY = env.number("MEMBER_QUESTIONS_PER_DAY", 10, minimum=0)
MEMBER_MAILS_PER_DAY = env.number("MEMBER_MAILS_PER_DAY", 10, minimum=0)

# The assistant. Without a language model it answers from its built-in planner.

# The address of an OpenAI-compatible server, with its /v1, and the model to ask there.
ASSISTANT_BASE_URL = env.text("ASSISTANT_BASE_URL")
ASSISTANT_MODEL = env.text("ASSISTANT_MODEL", env.REQUIRED if ASSISTANT_BASE_URL else "")
ASSISTANT_API_KEY = env.text("ASSISTANT_API_KEY")
# What one question may cost: calls of tools, seconds, tokens sent and written.
ASSISTANT_MAX_CALLS = env.number("ASSISTANT_MAX_CALLS", 12, minimum=1)
ASSISTANT_MAX_SECONDS = env.number("ASSISTANT_MAX_SECONDS", 45, minimum=1)
ASSISTANT_MAX_TOKENS = env.number("ASSISTANT_MAX_TOKENS", 60_000, minimum=1000)
# Answers with the model that one process makes at a time; each takes a thread while it lasts.
ASSISTANT_STREAMS = env.number("ASSISTANT_STREAMS", 6, minimum=0)
# Days that a guest's conversation is kept after its last question.
GUEST_CONVERSATION_DAYS = env.number("GUEST_CONVERSATION_DAYS", 1, minimum=1)

# The job board

# Postings an employer may have on the board at the same time, without a plan.
EMPLOYER_POSTINGS = env.number("EMPLOYER_POSTINGS", 3, minimum=0)
RESUME_MAX_MB = env.number("RESUME_MAX_MB", 5, minimum=1, maximum=50)
# Reading an employer's feed of postings.
FEED_MAX_MB = env.number("FEED_MAX_MB", 5, minimum=1, maximum=100)
FEED_TIMEOUT_SECONDS = env.number("FEED_TIMEOUT_SECONDS", 20, minimum=1, maximum=120)

# What the apps add to the export of one's data and do before an account is deleted, as dotted
# names of functions of a user; and tables that the export does not list row by row, as their rows
# open doors, or hold what others wrote for themselves.
PERSONAL_DATA = [
    "assistant.personal_data.personal_data",
    "careers.personal_data.personal_data",
    "consultant.personal_data.personal_data",
]
PERSONAL_DATA_LEFT_OUT = {
    "accounts.outgoingmail",
    "careers.invitation",
    "consultant.message",
    "consultant.thread",
}
BEFORE_ACCOUNT_DELETION = [
    "careers.personal_data.before_account_deletion",
    "consultant.personal_data.before_account_deletion",
]

# Code pages that each process keeps as they were drawn, until their data change; 0: none.
KEPT_PAGES = env.number("KEPT_PAGES", 1000, minimum=0)

# Search: the index and the vectors on this machine's own disk, and the model for meanings

SEARCH_DIR = env.path("SEARCH_DIR", VAR_DIR / "search")
SEARCH_MODEL_DIR = env.path("SEARCH_MODEL_DIR", VAR_DIR / "model")
# Seconds between two looks at whether the index is that of the data; 0: nobody looks.
SEARCH_FOLLOW_SECONDS = env.number("SEARCH_FOLLOW_SECONDS", 2, minimum=0)

# E-mail: the operator's server, or one file per message under var/mail/

EMAIL_URL = env.text("EMAIL_URL")
MAIL_FOLDER = VAR_DIR / "mail"
MAIL_FOLDER_SHOWN = ""  # told to people of a trial site, who wait for a mail
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", formataddr((SITE_NAME, f"no-reply@{urlsplit(SITE_URL).hostname}"))
)
if EMAIL_URL:
    _server = read_mail_url(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _server.host, _server.port, _server.timeout
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _server.user, _server.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = _server.use_tls, _server.use_ssl
else:
    EMAIL_BACKEND = "casepilot_site.mail_files.EmailBackend"
    if not IS_PRODUCTION:
        _is_below = MAIL_FOLDER.is_relative_to(BASE_DIR)
        MAIL_FOLDER_SHOWN = f"{MAIL_FOLDER.relative_to(BASE_DIR) if _is_below else MAIL_FOLDER}/"

# CaseConsultant: mail in, and the people behind it

# Members write here; answers come from here, with `+` and the thread's key in Reply-To.
CONSULTANT_ADDRESS = env.text("CONSULTANT_ADDRESS", f"consult@{urlsplit(SITE_URL).hostname}")
# The listener behind the operator's mail server; "no": none.
MAIL_LISTEN = read_listen_address(
    env.text("MAIL_LISTEN", f"smtp://127.0.0.1:{min(PORT + 25, 65535)}")
)
# Networks of the operator's own mail servers: SPF says nothing of a mail that these hand over, and
# only these are believed in what they write of its sender.
MAIL_RELAYS = env.words("MAIL_RELAYS", ["127.0.0.0/8", "::1/128"])
# Names under which these write Authentication-Results that are believed.
MAIL_TRUSTED_AUTHSERV_IDS = env.words("MAIL_TRUSTED_AUTHSERV_IDS", [])
# Whether the sender of a mail must be authenticated. Without, anybody can ask in a member's name.
MAIL_SENDERS_CHECKED = env.switch("MAIL_SENDERS_CHECKED", True)
MAIL_MAX_MB = env.number("MAIL_MAX_MB", 10, minimum=1, maximum=50)
# A mailbox that is polled: imaps://user:password@host/INBOX
IMAP_MAILBOX = read_imap_url(env.text("IMAP_URL"))
IMAP_POLL_SECONDS = env.number("IMAP_POLL_SECONDS", 20, minimum=5)
# Secrets of providers' webhooks; each is off without.
SES_TOPIC_ARNS = env.words("SES_TOPIC_ARNS", [])
MAILGUN_SIGNING_KEY = env.text("MAILGUN_SIGNING_KEY")
POSTMARK_WEBHOOK_SECRET = read_basic_secret(
    "POSTMARK_WEBHOOK_SECRET", env.text("POSTMARK_WEBHOOK_SECRET")
)
SENDGRID_WEBHOOK_SECRET = read_basic_secret(
    "SENDGRID_WEBHOOK_SECRET", env.text("SENDGRID_WEBHOOK_SECRET")
)
SENDGRID_WEBHOOK_KEY = env.text("SENDGRID_WEBHOOK_KEY")
# Hours within which a consultant's reply is promised, and days that a closed or answered thread is
# kept after its last message; 0 keeps it until its member deletes it.
CONSULTANT_REPLY_HOURS = env.number("CONSULTANT_REPLY_HOURS", 24, minimum=1)
CONSULTANT_KEEP_DAYS = env.number("CONSULTANT_KEEP_DAYS", 365, minimum=0)
# Days that a mail which could not be read is kept as it came, for the operator to look into.
MAIL_RAW_DAYS = env.number("MAIL_RAW_DAYS", 7, minimum=1)

# Background work

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# Logs

LOG_FORMAT = env.text("LOG_FORMAT", "json" if IS_PRODUCTION else "plain")
LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
LOGGING = logging_settings(LOG_FORMAT, LOG_LEVEL)
