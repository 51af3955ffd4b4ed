#!/usr/bin/env python3
"""Sends one message of your own to a running demo.

usage: send.py PORT "the text" [--subject S] [--from ADDR] [--to ADDR]
               [--answer MESSAGE-ID]
"""
import argparse
import email.message
import email.utils
import smtplib


def main():
    parser = argparse.ArgumentParser(
        description="sends one message to a running demo")
    parser.add_argument("port", type=int)
    parser.add_argument("text")
    parser.add_argument("--subject", default="A message of my own")
    parser.add_argument("--from", dest="sender", default="you@home.example")
    parser.add_argument("--to", default="ceo@example.com")
    parser.add_argument("--answer", metavar="MESSAGE-ID",
                        help="what this is the answer to")
    args = parser.parse_args()
    message = email.message.EmailMessage()
    message["From"] = args.sender
    message["To"] = args.to
    message["Subject"] = args.subject
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = email.utils.make_msgid(domain="home.example")
    if args.answer:
        message["In-Reply-To"] = message["References"] = args.answer
    message.set_content(args.text + "\n")
    with smtplib.SMTP("127.0.0.1", args.port, "home.example") as smtp:
        smtp.send_message(message)
    print("accepted:", message["Message-ID"])


if __name__ == "__main__":
    main()
