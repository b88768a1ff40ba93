"""What sites and coordinators do on any platform: questions, answers, and what becomes of both."""
