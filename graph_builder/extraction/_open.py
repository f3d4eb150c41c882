"""placeholder"""
class OpenReader:
    def __init__(self,p,m,n): pass
