"""The look-up screen: open to everybody, with and without a script."""

from django.test import Client


def test_a_resident_finds_the_bin_the_reason_and_the_first_step(client: Client) -> None:
    text = client.get("/what-is-it", {"q": "naichabei"}).content.decode()
    assert "奶茶杯" in text
    assert "其他垃圾" in text
    assert "先做：" in text


def test_while_one_types_only_the_answers_come(client: Client) -> None:
    text = client.get("/what-is-it", {"q": "沙发"}, headers={"HX-Request": "true"}).content.decode()
    assert "大件垃圾" in text
    assert "<html" not in text


def test_an_unknown_thing_is_said_and_markup_stays_text(client: Client) -> None:
    text = client.get("/what-is-it", {"q": "<script>x"}).content.decode()
    assert "没有找到“&lt;script&gt;x”" in text
    assert "按其他垃圾投放" in text


def test_nothing_typed_shows_examples_that_all_are_found(client: Client) -> None:
    text = client.get("/what-is-it").content.decode()
    for example in ("奶茶杯", "大骨头", "干电池", "过期药", "快递纸箱", "旧衣服"):
        assert example in text
        assert 'class="answer' in client.get("/what-is-it", {"q": example}).content.decode()
