import os

for name, value in {
    "DATABASE_URL": "postgresql://shop:shop@127.0.0.1:5432/shop_test",
    "REDIS_URL": "redis://127.0.0.1:6379/1",
    "SMTP_HOST": "127.0.0.1",
    "SMTP_USER": "shop",
    "SMTP_PASSWORD": "only-for-tests",
    "MAIL_FROM": "shop@shop.test",
    "CARRIER_API_URL": "http://carrier.test",
    "CARRIER_API_KEY": "only-for-tests",
}.items():
    os.environ.setdefault(name, value)
