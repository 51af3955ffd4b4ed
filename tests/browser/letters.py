"""What people write to the top, in several languages, and what is answered."""

# Weight, what it looks like, and who would answer. {names} are filled in.
LETTERS = [
    (9, "Charged twice for order {n}",
     "Hello,\n\nI was charged twice for order {n}, {m} dollars each. Your chat "
     "says that a refund takes ten days. That was in {month}. I would like my "
     "money back.\n"),
    (7, "Beitrag doppelt abgebucht – niemand meldet sich",
     "Sehr geehrte Frau Doe,\n\nim {month} wurde mein Beitrag doppelt "
     "abgebucht. Ich habe dreimal angerufen, ein Rückruf wurde versprochen, "
     "aber niemand meldet sich. Ich erwarte die Erstattung.\n"),
    (6, "Invoice {n} is wrong again",
     "Dear Ms Doe,\n\ninvoice {n} shows {m} dollars for a service we "
     "cancelled in {month}. Billing keeps sending the same wrong invoice. "
     "Please have somebody correct it.\n"),
    (6, "No internet in {city} since Monday",
     "Your network is down in {city}. We have had no service for three days "
     "and the status page says that all is well. My shop can't take card "
     "payments.\n"),
    (4, "Gateway down, {m} orders lost",
     "Ms Doe,\n\nsince seven this morning your payment gateway is down. We "
     "are losing money every minute and your support doesn't answer.\n"),
    (5, "Three technicians, no repair",
     "Dear Jane Doe,\n\nthree times a technician was promised, three times "
     "nobody came. I took days off work. Your customer service in {city} "
     "hangs up on me. I am very disappointed.\n"),
    (4, "Ihr Kundendienst in {city}",
     "Sehr geehrte Frau Doe,\n\nder Techniker ist zum dritten Mal nicht "
     "erschienen, und der Kundendienst legt auf. Ich bin sehr enttäuscht und "
     "bitte um Ihre Hilfe.\n"),
    (3, "Please cancel my contract {n}",
     "I want to cancel my contract {n}. I have asked four times. Your form "
     "ends with an error and the hotline transfers me in circles.\n"),
    (3, "Kündigung meines Vertrags {n}",
     "Hiermit kündige ich meinen Vertrag {n} zum nächstmöglichen Zeitpunkt. "
     "Bitte bestätigen Sie die Kündigung schriftlich.\n"),
    (3, "Request for comment: jobs in {city}",
     "Dear Ms Doe,\n\nI am a reporter with the {city} Times and working on a "
     "story about your plant in {city}. Is it true that {m} people will go? "
     "My deadline is 5 pm today.\n"),
    (2, "Interview for our {month} issue",
     "Dear Ms Doe,\n\nI write for the magazine Northern Trade and would like "
     "to interview you for the {month} issue. I am a journalist and can come "
     "to {city} at any time.\n"),
    (2, "Notice of claim, file {n}",
     "We represent the owner of the building in {city}. Unless we hear from "
     "you within fourteen days we will file a lawsuit. Attorneys Field and "
     "Partner, file {n}.\n"),
    (2, "Your driver threatened me",
     "Your driver in {city} threatened to kill me when I asked for a receipt, "
     "and he knows where I live. I am scared. I have told the police.\n"),
    (1, "I was harassed by your technician",
     "The technician who came to my flat in {city} touched me and would not "
     "leave. I reported the sexual assault to your hotline and was offered a "
     "discount.\n"),
    (3, "What happened to my personal data?",
     "Under the GDPR I request access to all personal data that you hold "
     "about me, and the deletion of what you don't need. My customer number "
     "is {n}.\n"),
    (3, "An idea for your stores",
     "Dear Ms Doe,\n\nI have an idea: lend every customer in {city} a spare "
     "phone while theirs is repaired. I would be glad to tell you more.\n"),
    (4, "Thank you – Mrs {last} in {city} was wonderful",
     "I want to praise Mrs {last} of your shop in {city}. She stayed an hour "
     "longer to help my mother. Thank you so much, you have great people.\n"),
    (2, "Invitation: {city} business dinner",
     "Dear Ms Doe,\n\nwe have the honour to invite you to give the keynote "
     "speech at our annual dinner in {city} on {m} {month}. Please let us "
     "know whether you can attend.\n"),
    (2, "Bewerbung als Werkstudentin",
     "Sehr geehrte Frau Doe,\n\nich bewerbe mich um eine Stelle als "
     "Werkstudentin in {city}. Mein Lebenslauf liegt bei.\n"),
    (2, "Our school's summer fair",
     "Dear Ms Doe,\n\nour school in {city} asks for a donation for the "
     "summer fair. Any sum helps our charity.\n"),
    (2, "A question about your annual report",
     "As a shareholder I would like to know why the dividend was cut. Page "
     "{m} of the annual report gives no reason.\n"),
    (1, "Vulnerability in your customer portal",
     "I am a security researcher. Your customer portal shows other "
     "customers' invoices when the number in the address is changed. I will "
     "disclose this vulnerability in ninety days.\n"),
    (4, "Still waiting",
     "Dear Ms Doe,\n\nI wrote to you in {month} and nobody has answered. "
     "Would you please look into case {n}? I live in {city}.\n"),
    (3, "Coupure d'internet à {city} depuis lundi",
     "Madame Doe,\n\nnous n'avons plus d'internet à {city} depuis trois "
     "jours et le service client raccroche. Mon commerce ne peut plus "
     "encaisser. Merci de faire le nécessaire.\n"),
    (2, "Facture {n} : prélevée deux fois",
     "Madame,\n\nla facture {n} a été prélevée deux fois en {month}. Je "
     "demande le remboursement de {m} euros.\n"),
    (3, "Me han cobrado dos veces la factura {n}",
     "Estimada señora Doe:\n\nme han cobrado dos veces la factura {n}, {m} "
     "euros cada vez. He llamado cuatro veces y nadie contesta. Quiero que me "
     "devuelvan mi dinero.\n"),
    (1, "請求書 {n} について",
     "Doe 様\n\n請求書 {n} の金額が間違っています。ご確認をお願いいたします。\n"),
    (1, "فاتورة رقم {n} خاطئة",
     "السيدة دو،\n\nفاتورة رقم {n} خاطئة للمرة الثالثة. أرجو التصحيح.\n"),
    (1, "Счёт {n} снова неверный",
     "Уважаемая г-жа Доу,\n\nсчёт {n} снова неверный. Прошу исправить.\n"),
    (2, "RE: FW: RE: AW: complaint {n} – escalation – no answer from your "
     "support team, from your {city} branch or from anybody else since {month}",
     "Dear Ms Doe,\n\nsee below. I have complained five times and nobody "
     "feels responsible. I am very unhappy with your service.\n"),
    (2, "WHERE IS MY REFUND????",
     "I WANT MY MONEY BACK. {m} DOLLARS. ORDER {n}. I WAS CHARGED TWICE AND "
     "NOBODY ANSWERS.\n"),
    (1, "",
     "Hello, could somebody please call me back about contract {n}? The "
     "hotline in {city} doesn't pick up.\n"),
]

# What teams write back: an answer, one that promises, one that only says that
# the letter is there.
ANSWERS = [
    "Thank you for your letter. I have looked into it: the {thing} has been "
    "corrected, and you will see it on your next statement.",
    "I am sorry for the trouble. I spoke with my colleagues in {city} this "
    "morning, and they have solved it. Please tell me if it isn't so.",
    "Vielen Dank für Ihr Schreiben. Ich habe es geprüft: {m} Euro werden Ihnen "
    "heute erstattet.",
    "You are right, and I apologise. We have changed how this is done, so that "
    "it won't happen to anybody else.",
    "This is what we will do: a colleague who knows {city} well takes care of "
    "it from now on, and his name is below.",
]
PROMISES = [
    "I have your letter before me. I will call you tomorrow before five.",
    "I need two papers from another department. You will have my answer within "
    "48 hours.",
    "Ich melde mich bis Freitag bei Ihnen.",
]
RECEIPTS = [
    "We have received your message and will get back to you.",
    "Thank you for your message. We will look into it and get back to you as "
    "soon as possible.",
]
AGAIN = [
    "Thank you, but it still shows the old amount. Could you look once more?",
    "That was quick. One more question: does it hold for my second contract "
    "too?",
    "I have waited two more days and nothing has happened.",
    "Danke, leider ist es immer noch nicht erledigt.",
    "Attached is the photograph that you asked for.",
]
NOTES = [
    "Called her back, she sends photographs tomorrow.",
    "Spoke with the technician's manager in {city}.",
    "Waiting for the bank's statement.",
    "Third letter of this kind from {city} this week: told operations.",
    "Kundin war freundlich, möchte aber eine schriftliche Bestätigung. "
    "Rechnung {n} liegt bei der Buchhaltung, Rückmeldung bis Mittwoch.",
]
FIRST = ("Anna Ben Clara Dmitri Esther Farid Greta Hiroshi Ines Jürgen Katja "
         "Liam Maya Noor Olga Paul Quentin Rosa Samir Tom Ursula Viktor "
         "Wanda Yusuf Zoë").split()
LAST = ("Abel Brandt Castillo Dvořák Eriksson Fischer García Hoffmann Ito "
        "Jensen Krämer Lindqvist Marquez Novak Okafor Patel Quist Rossi "
        "Schulze Tanaka Ueda Vogel Weber Yılmaz Zhou").split()
HOSTS = ("post.example mail.example inbox.example okafor-bikes.example "
         "schulze-gmbh.example northport-times.example riverside-school.example "
         "field-and-partner.example familie.example").split()
CITIES = ("Northport Lindau Millbrook Harburg Eastvale Rosenheim Fairview "
          "Altona Kingsford Weiden").split()
MONTHS = ("January February March April May June July August September "
          "October November December").split()
