from parcels.app import make_app

if __name__ == "__main__":
    for rule in make_app().url_map.iter_rules():
        print(rule)
