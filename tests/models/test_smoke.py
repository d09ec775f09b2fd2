from tests.factories import *
def test_y(cast, client):
    sign_in(client, cast.mette)
    r = client.get("/sign-in")
    assert r.status_code == 303, r.text
    c2 = client.application.test_client()
    r = c2.get("/sign-in"); 
    assert r.status_code == 200
    client.application.config["WTF_CSRF_ENABLED"] = False
    r = c2.post("/sign-in", data={"email": cast.mette.email, "password": PASSWORD})
    assert r.status_code == 303, r.text
def test_z(cast, rtl_app):
    r = rtl_app.test_client().get("/sign-in?lang=ar")
    print(r.text)
    assert 'dir="rtl"' in r.text
