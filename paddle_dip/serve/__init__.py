"""The live page: a person's photo restored in the browser.

Here are the jobs, each in a process of its own, and the page that shows them; what a job does lies in runs/ and io/.
"""
