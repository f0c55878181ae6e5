"""The visit itself: welcome, listening, choices, answers, practice."""

from __future__ import annotations

from kiosk.dialogue.pack import Pack, Service
from kiosk.messages import Trial
from kiosk.screen.catalogue import LANGUAGES, Catalogue
from kiosk.screen.presenters.picture import Picture
from kiosk.screen.scene import (
    Block,
    Button,
    Buttons,
    Caption,
    Card,
    Cards,
    Heading,
    Paragraph,
    Row,
    Rows,
    TextSize,
    Tone,
)
from kiosk.screen.state import VisitState
from kiosk.screen.steps import Answered, Choices, Unclear

PAGE = 3  # cards of services on one screen
ROWS = 3
FACILITY = "{facility}"  # a field of the site: where things are, and not where something is done
ARMED_WITHIN_S = 1.0  # so long the link may take to agree to a practice


def pages(count: int) -> int:
    """How many screens so many cards need; never none."""
    return max(1, -(-count // PAGE))


def welcome(state: VisitState, texts: Catalogue) -> Picture:
    blocks: list[Block] = [Heading(texts("welcome.heading"))]
    if state.pack is not None and state.pack.topic:
        blocks.append(_topics(state.pack))
    else:
        blocks.append(Paragraph(texts("welcome.no-pack" if state.staffed else "welcome.no-pack-nobody")))
    if not state.microphone:
        blocks.append(Paragraph(texts("no-mic"), quiet=True))
    speak = [_speak(texts("welcome.speak"))] if state.microphone else []
    languages = [
        Button(f"lang-{language}", texts(f"language.{language}"))
        for language in LANGUAGES
        if language != state.language
    ]
    blocks.append(
        Buttons((*speak, Button("practice", texts("welcome.practice"), icon="hand"), *languages)),
    )
    speech = texts("welcome.speech") if state.microphone else texts("welcome.speech-no-mic")
    return Picture("welcome", Tone.CALM, tuple(blocks), speech)


def listening(state: VisitState, texts: Catalogue) -> Picture:
    home = Button("home", texts("listening.stop"), icon="home")
    if not state.microphone:
        blocks = [Heading(texts("listening.no-mic")), *_topics_if_any(state), Buttons((home,))]
        return Picture("listening", Tone.TROUBLE, tuple(blocks), texts("no-mic"), key="listening no-mic")
    caption = state.voice.caption if state.voice is not None else ""
    blocks = [
        Heading(texts("listening.heading")),
        Caption(caption, state.level),
        Paragraph(texts("listening.how"), quiet=True),
        Buttons((home,)),
    ]
    # Not spoken by itself: the microphone would hear it.
    return Picture("listening", Tone.CALM, tuple(blocks), texts("listening.speech"))


def choices(step: Choices, state: VisitState, texts: Catalogue) -> Picture:
    services = _services(state.pack, step.services)
    if not services:  # the pack has changed under a visit that came back
        return unclear(Unclear(spoken=False), state, texts)
    each = -(-len(services) // pages(len(services)))  # 4 as 2 and 2, not 3 and a lonely one
    shown = services[step.page * each : step.page * each + each]
    topic = state.pack.find_topic(step.topic) if state.pack is not None else None
    heading = topic.title if topic is not None else texts("choices.heading")
    buttons = []
    if len(services) > PAGE:
        last = step.page + 1 >= pages(len(services))  # what comes then has been seen
        buttons.append(Button("more", texts("choices.more-first" if last else "choices.more"), icon="list"))
    if topic is None:
        buttons.append(Button("none", texts("choices.none"), icon="cross"))
    buttons.append(Button("home", texts("choices.home"), icon="home"))
    titles = texts("and").join(service.title for service in shown)
    return Picture(
        "choices",
        Tone.CALM,
        (
            Heading(heading),
            Cards(tuple(Card(f"service-{service.id}", service.title, service.icon) for service in shown)),
            Buttons(tuple(buttons)),
        ),
        texts("choices.speech", titles=titles),
        key=f"choices {step.topic} {step.page} {titles}",
    )


def unclear(step: Unclear, state: VisitState, texts: Catalogue) -> Picture:
    heard, how = state.microphone, "" if state.microphone else "-no-mic"
    heading = texts(f"unclear.heading{how}" if step.spoken else "unclear.not-that")
    blocks: list[Block] = [Heading(heading), *_topics_if_any(state)]
    if not heard:
        blocks.append(Paragraph(texts("no-mic"), quiet=True))
    speak = [_speak(texts("unclear.speak"))] if heard else []
    blocks.append(Buttons((*speak, Button("home", texts("choices.home"), icon="home"))))
    speech = texts(f"unclear.speech{how}" if step.spoken else f"unclear.speech-not-that{how}")
    return Picture("unclear", Tone.CALM, tuple(blocks), speech, key=f"unclear {step.spoken}")


def answer(step: Answered, state: VisitState, texts: Catalogue) -> Picture:
    service = state.pack.find(step.service) if state.pack is not None else None
    if state.pack is None or service is None:  # the pack has changed under a visit that came back
        return unclear(Unclear(spoken=False), state, texts)
    known = state.pack.filled(service.answer)
    text = known or texts("answer.ask-staff")
    human = service.needs_human or not known
    rows = []
    if human:
        rows.append(Row("person", texts("answer.human"), texts("answer.press-human")))
    if where := state.pack.filled(service.where):
        rows.append(Row("map-pin", texts("answer.where"), where))
    if bring := state.pack.filled(service.bring):
        rows.append(Row("bag", texts("answer.bring"), bring))
    if service.steps:
        rows.append(Row("list", texts("answer.steps"), texts("answer.then").join(service.steps)))
    larger = [] if state.size is TextSize.EXTRA else [Button("larger", texts("answer.larger"), icon="larger")]
    blocks: list[Block] = [Heading(service.title), Paragraph(text)]
    if rows:
        blocks.append(Rows(tuple(rows[:ROWS])))
    blocks.append(
        Buttons(
            (
                Button("again", texts("answer.again"), icon="repeat"),
                *larger,
                Button("not-this", texts("answer.not-this")),
                Button("done", texts("answer.done"), primary=True),
            )
        )
    )
    spoken = state.pack.aloud(service) or text
    if service.needs_human and known:  # what stands for an unknown answer says so itself
        spoken += texts("answer.speech-human")
    if where:
        spoken += texts(_speech_where(service, human=human), where=where)
    if bring:
        spoken += texts("answer.speech-bring", bring=bring)
    return Picture(
        "answer",
        Tone.CALM,
        tuple(blocks),
        spoken,
        key=f"answer {step.service} {step.times}",
        slow=step.times > 1,
    )


def practice(state: VisitState, texts: Catalogue, now: float) -> Picture:
    done = state.trial is Trial.DONE
    over = state.trial is Trial.OFF and now - state.step_since >= ARMED_WITHIN_S
    button = texts("practice.button-done" if done else "practice.button-over" if over else "practice.button")
    rows = [Row("check" if done else "hand", texts("practice.label-button"), button)]
    if state.microphone:
        heard = texts("practice.heard", text=state.practised) if state.practised else texts("practice.say")
        rows.append(Row("mic", texts("practice.label-voice"), heard))
    rows.append(Row("warning", texts("practice.label-real"), texts("practice.real")))
    again = [Button("practice-again", texts("practice.again"), icon="repeat")] if done or over else []
    speech = "practice.speech" if state.microphone else "practice.speech-no-mic"
    if done:
        speech = "practice.speech-done"
    heading = texts("practice.heading-done" if done else "practice.heading-over" if over else "practice.heading")
    return Picture(
        "practice",
        Tone.GOOD if done else Tone.CALM,
        (Heading(heading), Rows(tuple(rows)), Buttons((*again, _done(texts("practice.done"))))),
        texts(speech),
        key="practice done" if done else "" if over else "practice",
    )


def _speech_where(service: Service, *, human: bool) -> str:
    if service.where == FACILITY:
        return "answer.speech-there"
    return "answer.speech-or-where" if human else "answer.speech-where"


def _topics(pack: Pack) -> Cards:
    return Cards(tuple(Card(f"topic-{topic.id}", topic.title, topic.icon, topic.note) for topic in pack.topic))


def _topics_if_any(state: VisitState) -> list[Block]:
    return [_topics(state.pack)] if state.pack is not None and state.pack.topic else []


def _services(pack: Pack | None, ids: tuple[str, ...]) -> list[Service]:
    found = [pack.find(one) for one in ids] if pack is not None else []
    return [service for service in found if service is not None]


def _speak(text: str) -> Button:
    return Button("speak", text, primary=True, icon="mic")


def _done(text: str) -> Button:
    return Button("done", text, primary=True, icon="check")
