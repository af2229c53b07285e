"""Background work through its pages and its command."""

from datetime import timedelta

import pytest

from app.web.jobs import attention
from core.dates import now
from core.jobs.models import DONE, INTERRUPTED, QUEUED, RUNNING, Job


def make_job(**more) -> Job:
    values = {
        "kind": "delivery",
        "title": "Levering oktober.csv verwerken",
        "created_by": "contractmanager@example.org",
        "created_at": now(),
    }
    return Job.create(**{**values, **more})


def test_progress_refreshes_without_a_script_and_can_be_stopped(client):
    client.sign_in("contractmanager")
    make_job()
    job = make_job()
    page = client.get(f"/taken/{job.id}/")
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.html
    assert "1 andere taak gaat voor." in page.text
    quiet = client.get(f"/taken/{job.id}/?ververs=nee")
    assert "http-equiv" not in quiet.html
    job.state, job.step, job.done, job.total = RUNNING, "Pagina's tekenen", 30, 150
    job.save()
    assert "Pagina's tekenen: 30 van 150." in client.get(f"/taken/{job.id}/").text
    job.state, job.result = DONE, {"url": "/leveringen/812/"}
    job.save()
    page = client.get(f"/taken/{job.id}/")
    assert "http-equiv" not in page.html
    assert "/leveringen/812/" in page.links


def test_an_interrupted_job_is_told_and_started_again(client):
    account = client.sign_in("contractmanager")
    job = make_job(state=INTERRUPTED, message="Afgebroken.", finished_at=now())
    assert "Levering oktober.csv verwerken: afgebroken." in client.get("/").text
    client.post(f"/taken/{job.id}/opnieuw/", follow=True)
    assert Job.get_by_id(job.id).state == QUEUED
    page = client.post(f"/taken/{job.id}/opnieuw/", follow=True)
    assert "hoeft niet opnieuw" in page.text
    assert attention(account, now().date()) == []
    make_job(state=INTERRUPTED, finished_at=now() - timedelta(days=30))
    assert attention(account, now().date()) == []


def test_one_sees_only_ones_own_jobs(client):
    mine = make_job()
    other = make_job(created_by="iemand@example.org", provider_code="TA002")
    client.sign_in("contractmanager")
    assert [row[1] for row in client.get("/taken/").rows()] == [str(mine.id)]
    client.get(f"/taken/{other.id}/", status=404)
    client.sign_in("aanbieder", provider_code="TA002")
    client.get(f"/taken/{other.id}/")
    client.get(f"/taken/{mine.id}/", status=404)
    client.post(f"/taken/{other.id}/opnieuw/", status=403)
    client.sign_in("gemeente", municipalities=["0148"])
    client.get("/taken/", status=403)


@pytest.mark.parametrize("role", ["beheerder", "auditor"])
def test_the_keeper_and_the_auditor_see_all_and_start_nothing(client, role):
    job = make_job(state=INTERRUPTED, finished_at=now())
    client.sign_in(role)
    page = client.get(f"/taken/{job.id}/")
    assert "Start de taak opnieuw" not in page.text
    client.post(f"/taken/{job.id}/opnieuw/", status=403)


@pytest.mark.parametrize(
    ("role", "kind", "url"),
    [
        ("contractmanager", "report", "/rapportages/"),
        ("contractmanager", "mailing", "/rapportages/"),
        ("beheerder", "report", "/rapportages/"),
        ("beheerder", "backup", "/beheer/"),
        ("auditor", "delivery", "/leveringen/"),
        ("auditor", "backup", "/beheer/"),
    ],
)
def test_a_result_is_offered_to_who_may_open_it(client, role, kind, url):
    client.sign_in(role)
    job = make_job(kind=kind, created_by=f"{role}@example.org", state=DONE, result={"url": url})
    page = client.get(f"/taken/{job.id}/")
    offered = f'href="{url}">Bekijk het resultaat' in page.html
    assert not offered or client.get(url, status=None, check=False).status in (200, 302)
    assert offered == ((role, kind) not in {("beheerder", "report"), ("auditor", "backup")})
