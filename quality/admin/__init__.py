"""The pages of this package."""

from flask_admin import BaseView

from quality.admin import tables
from quality.admin.agreements import AgreementPage
from quality.admin.complaints import ComplaintPage
from quality.admin.evaluation import EvaluationPage
from quality.admin.evaluation_import import EvaluationImportPage
from quality.admin.hearing import InvitationPage, ReactionPage
from quality.admin.indicators import CriterionReferencePage, IndicatorPage
from quality.admin.judgement import JudgementPage, RowsPage
from quality.admin.learner_pages.listing import LearnersPage
from quality.admin.learner_pages.road import LearnerPage, LearnerTalkPage, PersonPage
from quality.admin.learner_pages.signals import OneSignalPage, SignalPage
from quality.admin.method import MethodPage, ModelPage
from quality.admin.passport import PassportPage
from quality.admin.pictures import ChartPage, ComparePage
from quality.admin.providers import ProvidersPage
from quality.admin.regions import RegionPage
from quality.admin.register_import import RegisterImportPage
from quality.admin.reports import ReportPage
from quality.admin.scores import ScorePage
from quality.admin.surveys import SatisfactionPage, SurveyPage
from quality.admin.talk import TalkPage


def views() -> list[BaseView]:
    """Make every page; they belong to one application."""
    learner = "<place>/<path:number>"
    judgement = "/kwaliteit/<month>/<code>/<route>"
    return [
        *tables.views(),
        RegisterImportPage(
            "Lees het register in",
            url="/beheer/register-inlezen",
            endpoint="register_import",
            category="Register",
        ),
        ProvidersPage("Aanbieders", url="/aanbieders", endpoint="providers"),
        IndicatorPage("Indicatoren", url="/indicatoren", endpoint="indicators"),
        CriterionReferencePage(
            "Vergelijkingscijfers", url="/indicatoren/criteria", endpoint="criterion_references"
        ),
        EvaluationImportPage(
            "Evaluatie inlezen", url="/indicatoren/evaluatie/inlezen", endpoint="evaluation_import"
        ),
        EvaluationPage("Evaluatie", url="/indicatoren/evaluatie", endpoint="evaluation"),
        AgreementPage("Afspraken", url="/aanbieders/<code>/afspraken", endpoint="agreements"),
        TalkPage("Gesprek", url="/aanbieders/<code>/gesprek", endpoint="talk"),
        ComplaintPage("Klachten", url="/aanbieders/<code>/klachten", endpoint="complaints"),
        ScorePage("Kwaliteit", url="/kwaliteit", endpoint="scores"),
        ChartPage("Grafieken", url="/kwaliteit/<month>/grafieken", endpoint="charts"),
        RegionPage("Andere regio's", url="/kwaliteit/regios", endpoint="regions"),
        ComparePage("Vergelijken", url="/kwaliteit/vergelijken", endpoint="compare"),
        ReportPage("Rapportages", url="/rapportages", endpoint="reports"),
        JudgementPage("Oordeel", url=judgement, endpoint="judgement"),
        PassportPage("Paspoort", url="/kwaliteit/<month>/<code>/paspoort", endpoint="passport"),
        InvitationPage("Uitnodiging", url="/kwaliteit/<month>/uitnodigen", endpoint="invitation"),
        ReactionPage("Reacties", url=f"{judgement}/reacties", endpoint="reactions"),
        MethodPage("Methode", url="/methode", endpoint="method"),
        ModelPage("Modellen", url="/methode/modellen", endpoint="models"),
        SurveyPage("Vragenlijst", url="/tevredenheid", endpoint="survey"),
        SatisfactionPage(
            "Tevredenheid", url="/aanbieders/<code>/tevredenheid", endpoint="satisfaction"
        ),
        LearnersPage("Cursisten", url="/cursisten", endpoint="learners"),
        LearnerTalkPage("Gesprek", url=f"/cursisten/gesprek/{learner}", endpoint="learner_talk"),
        PersonPage("Rechten", url=f"/cursisten/rechten/{learner}", endpoint="person"),
        LearnerPage("Cursist", url=f"/cursisten/{learner}", endpoint="learner"),
        SignalPage("Signalen", url="/signalen", endpoint="signals"),
        OneSignalPage("Signaal", url="/signalen/<int:number>", endpoint="one_signal"),
        RowsPage("Rijen", url=f"{judgement}/rijen", endpoint="judgement_rows"),
    ]
